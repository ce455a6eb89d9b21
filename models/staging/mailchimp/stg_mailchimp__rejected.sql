select
    'mailchimp' as source,
    'members' as table_name,
    _file_id,
    _line,
    'no e-mail address, name, phone or Mailchimp id' as reason
from {{ source('mailchimp', 'members') }}
where {{ blank_to_null('email_address') }} is null
    and {{ content_key(['euid', 'first_name', 'last_name', 'phone_number']) }} is null
