with

email_reactions as (

    select * from {{ ref('email_reactions') }}
    where customer_id is not null and occurred_at <= {{ run_at() }}

),

counted as (

    select
        customer_id,
        {%- for event, name in {'email_opened': 'opens', 'email_clicked': 'clicks'}.items() %}
        count(*) filter (where event_name = '{{ event }}' and machine_rule is null and occurred_at > {{ run_at() }} - interval '90' day) as human_{{ name }}_90d_count,
        count(*) filter (where event_name = '{{ event }}' and machine_rule is not null and occurred_at > {{ run_at() }} - interval '90' day) as machine_{{ name }}_90d_count,
        max(occurred_at) filter (where event_name = '{{ event }}' and machine_rule is null) as last_human_{{ name }}_at{{ ',' if not loop.last }}
        {%- endfor %}

    from email_reactions
    group by customer_id

)

select * from counted
