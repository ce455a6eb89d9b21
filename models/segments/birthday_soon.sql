with

customers as (

    select * from {{ ref('customers') }}

),

dated as (

    select
        *,
        birth_month * 100 + birth_day as month_and_day,
        {{ month_and_day(run_at()) }} as first_day,
        {{ month_and_day(run_at() ~ " + interval '13' day") }} as last_day

    from customers

),

conditions as (

    select
        customer_id,
        coalesce(month_and_day > 0, false) as is_birthday_known,
        coalesce(case when first_day <= last_day then month_and_day between first_day and last_day else month_and_day >= first_day or month_and_day <= last_day end, false)
            as has_birthday_in_14_days,
        lpad(cast(birth_month as string), 2, '0') || '-' || lpad(cast(birth_day as string), 2, '0') as birthday

    from dated

)

select
    *,
    is_birthday_known and has_birthday_in_14_days as is_member
from conditions
