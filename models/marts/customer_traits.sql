with

set_traits as (

    select * from {{ source('landing', 'set_traits') }}

),

redirects as (

    select old_customer_id, customer_id from {{ ref('customer_redirects') }}
    where customer_id is not null

),

-- In the order of what happened, which is the same however often scenarios are evaluated.
placed as (

    select
        redirects.customer_id,
        set_traits.trait,
        set_traits.value,
        set_traits.scenario,
        set_traits.set_at,
        row_number() over (
            partition by redirects.customer_id, set_traits.trait
            order by set_traits.set_at, set_traits.entered_at, set_traits.entry_id, set_traits.position
        ) as place

    from set_traits
    inner join redirects on set_traits.customer_id = redirects.old_customer_id

),

-- Set to what it was already is no change.
changes as (

    select placed.*
    from placed
    left join placed as before
        on placed.customer_id = before.customer_id and placed.trait = before.trait and placed.place = before.place + 1
    where before.place is null or placed.value <> before.value

),

current_values as (

    select
        customer_id,
        trait,
        max_by(value, place) as value,
        max_by(scenario, place) as scenario,
        max_by(set_at, place) as set_at

    from changes
    group by customer_id, trait

)

select * from current_values
