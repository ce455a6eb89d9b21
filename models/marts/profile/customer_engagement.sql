{% set measures = {
    'emails_delivered': "event_name = 'email_delivered'",
    'emails_opened': "event_name = 'email_opened'",
    'emails_clicked': "event_name = 'email_clicked'",
    'web_sessions': "event_name = 'session_started' and channel = 'web'",
    'page_views': "event_name = 'page_viewed'",
    'app_events': "channel = 'app'",
} -%}

with

recent as (

    select * from {{ ref('customer_timeline') }}
    where kind in ('event', 'message')
        and occurred_at <= {{ run_at() }}
        and occurred_at > {{ run_at() }} - interval '90' day

),

counted as (

    select
        customer_id
        {%- for name, condition in measures.items() %},
        count(*) filter (where {{ condition }} and occurred_at > {{ run_at() }} - interval '30' day) as {{ name }}_30d_count,
        count(*) filter (where {{ condition }}) as {{ name }}_90d_count
        {%- endfor %}

    from recent
    group by customer_id

)

select * from counted
