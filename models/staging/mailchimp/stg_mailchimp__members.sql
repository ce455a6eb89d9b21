with

source as (

    select
        source.*,
        {{ content_key(['euid', 'first_name', 'last_name', 'phone_number']) }} as content_key,
        regexp_extract(lower(_file_name), '(unsubscribed|non[-_ ]?subscribed|subscribed|cleaned)[^/]*$', 1) as file_state,
        coalesce({{ parse_timestamp('last_changed', 'mailchimp') }}, _exported_at) as source_updated_at
    from {{ source('mailchimp', 'members') }} as source

),

keyed as (

    select
        -- as Mailchimp's own API names a subscriber
        coalesce(md5(lower({{ blank_to_null('email_address') }})), content_key) as source_key,
        coalesce(
            case when lower({{ trimmed('status') }}) in ('subscribed', 'unsubscribed', 'cleaned', 'nonsubscribed', 'pending', 'transactional', 'archived') then lower({{ trimmed('status') }}) end,
            case when file_state like 'non%' then 'nonsubscribed' else nullif(file_state, '') end,
            'unknown'
        ) as state,
        {{ parse_timestamp('optin_time', 'mailchimp') }} as opted_in_at,
        {{ parse_timestamp('confirm_time', 'mailchimp') }} as confirmed_at,
        {{ parse_timestamp('unsub_time', 'mailchimp') }} as unsubscribed_at,
        {{ parse_timestamp('clean_time', 'mailchimp') }} as cleaned_at,
        source.*
    from source

),

-- Somebody who left between two exports stands in both files: the newest word counts.
ranked as (

    select
        keyed.*,
        row_number() over (partition by source_key order by {{ newest_first() }}) = 1 as is_latest
    from keyed
    where source_key is not null

)

select
    'mailchimp:subscriber:' || source_key as record_id,
    ranked.*
from ranked
