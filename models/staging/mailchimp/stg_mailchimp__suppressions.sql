select
    'mailchimp:' || md5(source_key || '|cleaned') as suppression_id,
    'mailchimp' as source,
    record_id,
    'email' as identifier_type,
    {{ blank_to_null('email_address') }} as raw_value,
    'email' as channel,
    'cleaned' as reason,
    coalesce(cleaned_at, source_updated_at) as occurred_at,
    {{ lineage() }}
from {{ ref('stg_mailchimp__members') }}
where is_latest and state = 'cleaned' and {{ blank_to_null('email_address') }} is not null
