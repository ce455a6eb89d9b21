with

goal_events as (

    select * from {{ source('communications', 'goal_events') }}

),

timeline as (

    select event_id, customer_id, occurred_at from {{ ref('customer_timeline') }}
    where occurred_at <= {{ run_at() }}

),

met as (

    select
        goal_events.scenario,
        goal_events.version,
        goal_events.event_id,
        timeline.customer_id,
        goal_events.value,
        goal_events.currency,
        timeline.occurred_at

    from goal_events
    inner join timeline on goal_events.event_id = timeline.event_id

)

select * from met
