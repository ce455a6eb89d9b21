{{ config(materialized='by_customer') }}
with

states as (

    select
        *,
        lag(valid_to) over (partition by customer_id, segment order by valid_from) as before_to,
        lag(is_member) over (partition by customer_id, segment order by valid_from) as before_is_member,
        lag(met) over (partition by customer_id, segment order by valid_from) as before_met,
        lag(unmet) over (partition by customer_id, segment order by valid_from) as before_unmet,
        lead(valid_from) over (partition by customer_id, segment order by valid_from) as next_from

    from {{ ref('segment_conditions_history') }}
    where {{ is_changed('customer_id') }}

),

followed as (

    select *, coalesce(before_to = valid_from, false) as is_next
    from states

),

turned as (

    select
        *,
        {{ names_minus('met', "case when is_next then before_met end") }} as turned_on,
        case when is_next then {{ names_minus('unmet', 'before_unmet') }} else '' end as turned_off,
        case
            when not is_next then 'known'
            when {{ names_minus("concat_ws(', ', met, unmet)", "concat_ws(', ', before_met, before_unmet)") }} <> ''
                or {{ names_minus("concat_ws(', ', before_met, before_unmet)", "concat_ws(', ', met, unmet)") }} <> '' then 'redefined'
            else 'conditions'
        end as cause

    from followed

),

changes as (

    select customer_id, segment, valid_from as occurred_at, case when is_member then 'entered' else 'left' end as change, cause, turned_on, turned_off
    from turned
    where is_member <> (is_next and before_is_member)
    union all
    select customer_id, segment, valid_to as occurred_at, 'left' as change, 'gone' as cause, '' as turned_on, '' as turned_off
    from turned
    where is_member and valid_to is not null and valid_to is distinct from next_from

)

select * from changes
