with

members as (

    select * from {{ ref('stg_mailchimp__members') }}
    where {{ blank_to_null('email_address') }} is not null

),

-- A time without an address it came from proves nothing: imports carry such times too. It is kept as a claim that does not count.
granted as (

    select
        'granted' as action, opted_in_at as occurred_at,
        case when {{ blank_to_null('optin_ip') }} is null then 'import' else 'form' end as method, {{ blank_to_null('optin_ip') }} as ip,
        {{ json_object_text({'method': "'form'", 'ip': 'optin_ip'}) }} as evidence, members.*
    from members
    where opted_in_at is not null

),

confirmed as (

    select
        'confirmed' as action, confirmed_at as occurred_at, 'double_opt_in' as method, {{ blank_to_null('confirm_ip') }} as ip,
        {{ json_object_text({'method': "'double_opt_in'", 'ip': 'confirm_ip'}) }} as evidence, members.*
    from members
    where confirmed_at is not null and {{ blank_to_null('confirm_ip') }} is not null

),

withdrawn as (

    select
        'withdrawn' as action, coalesce(unsubscribed_at, source_updated_at) as occurred_at, 'link' as method, cast(null as varchar) as ip,
        {{ json_object_text({'method': "'unsubscribe'", 'reason': 'unsub_reason', 'comment': 'unsub_reason_other', 'campaign': 'unsub_campaign_title', 'campaign_id': 'unsub_campaign_id'}) }} as evidence,
        members.*
    from members
    where state = 'unsubscribed'

),

statements as (

    select * from granted
    union all
    select * from confirmed
    union all
    select * from withdrawn

),

-- Each export repeats the statement; it was made once.
latest as (

    {{ latest_per('statements', 'record_id, action, occurred_at', 'ip is null, ' ~ newest_first()) }}

)

select
    'mailchimp:' || md5(concat_ws('|', source_key, action, cast(occurred_at as varchar))) as consent_event_id,
    record_id,
    'email' as identifier_type,
    {{ blank_to_null('email_address') }} as raw_value,
    'email' as channel,
    'marketing' as purpose,
    action,
    case when action <> 'withdrawn' then 'consent' end as legal_basis,
    occurred_at,
    {{ empty_columns(consent_event_columns(), ['expires_at', 'document']) }},
    method,
    ip,
    evidence,
    'mailchimp' as source,
    {{ lineage() }}
from latest
