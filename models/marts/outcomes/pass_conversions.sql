with

passes as (

    select * from {{ ref('passes') }}

),

met as (

    select * from {{ ref('met_goals') }}

),

-- Where several passes of a customer run, the one that began last has it.
ranked as (

    select
        passes.entry_id,
        met.*,
        row_number() over (partition by met.scenario, met.version, met.event_id order by passes.entered_at desc, passes.entry_id) as place

    from met
    inner join passes
        on met.scenario = passes.scenario and met.version = passes.version and met.customer_id = passes.customer_id
        and met.occurred_at > passes.entered_at and met.occurred_at <= passes.goal_until

),

conversions as (

    select entry_id, scenario, version, event_id, customer_id, occurred_at as converted_at, value, currency
    from ranked
    where place = 1

)

select * from conversions
