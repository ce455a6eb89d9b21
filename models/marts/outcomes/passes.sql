with

entries as (

    select * from {{ source('communications', 'entries') }}

),

goals as (

    select * from {{ source('communications', 'goals') }}

),

redirects as (

    select old_customer_id, customer_id from {{ ref('customer_redirects') }}

),

passes as (

    select
        entries.entry_id,
        entries.scenario,
        entries.version,
        -- Who was erased or lost all records stays in the count, as nobody in particular.
        coalesce(redirects.customer_id, entries.customer_id) as customer_id,
        entries.holdout,
        entries.entered_at,
        {{ seconds_later('entries.entered_at', 'goals.within_seconds') }} as goal_until

    from entries
    left join goals on entries.scenario = goals.scenario and entries.version = goals.version
    left join redirects on entries.customer_id = redirects.old_customer_id

)

select * from passes
