with

provider_events as (

    select *, {{ parse_timestamp('time_text') }} as parsed_at
    from {{ ref('stg_esp__provider_events') }}
    where email is not null and provider_event is not null
        and _file_id in (select file_id from {{ source('landing', 'files') }} where source = 'esp' and status = 'loaded')

),

-- Providers deliver a webhook again until it is answered: one id, one event. UniSender Go sends no id, so its content is the id.
identified as (

    select
        'esp:' || provider || ':' || coalesce(provider_event_id, md5(concat_ws('|', coalesce(message_id, ''), lower(email), provider_event, coalesce(time_text, ''), coalesce(url, '')))) as event_id,
        case
            when provider_event = 'bounce' and (bounce_type = 'blocked' or smtp_status like '4%') then 'email_bounced_soft'
            when provider_event in ('bounce', 'hard_bounced') then 'email_bounced_hard'
            when provider_event = 'soft_bounced' then 'email_bounced_soft'
            when provider_event in ('processed', 'sent') then 'email_sent'
            when provider_event = 'delivered' then 'email_delivered'
            when provider_event in ('open', 'opened') then 'email_opened'
            when provider_event in ('click', 'clicked') then 'email_clicked'
            when provider_event in ('spamreport', 'spam') then 'email_complained'
            when provider_event in ('unsubscribe', 'group_unsubscribe', 'unsubscribed') then 'email_unsubscribed'
            when provider_event in ('group_resubscribe', 'subscribed') then 'email_resubscribed'
            when provider_event in ('deferred', 'delayed') then 'email_deferred'
            when provider_event = 'dropped' then 'email_dropped'
            else 'email_other'
        end as event_name,
        coalesce(parsed_at, _exported_at) as occurred_at,
        {{ failed_casts({'occurred_at': ['time_text', 'parsed_at']}) }} as failed_casts,
        provider_events.*
    from provider_events

),

latest as (

    {{ latest_per('identified', 'event_id', '_exported_at desc nulls last, _file_id desc nulls last, _line desc nulls last, provider_event desc nulls last, email desc nulls last') }}

)

select
    event_id, event_name, occurred_at, failed_casts, provider, message_id, email, provider_event, reason, url, ip,
    unsubscribe_group_id, campaign, properties, version_count, _file_name, _file_id, _line, _load_id
from latest
