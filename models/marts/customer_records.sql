with

record_moves as (

    select * from {{ source('identity', 'record_moves') }}

),

-- Most records never move again, and their one interval is still open. Numbers are counted faster than texts, and two records of one
-- hash are only looked at for nothing.
moved_again as (

    select hash(record_id) as record_hash
    from record_moves
    group by hash(record_id)
    having count(*) > 1

),

-- The order of runs is the order of their numbers. A run for an earlier day does not rewrite what is known of later ones.
moved as (

    select
        record_id,
        customer_id,
        run_number,
        max(run_at) over (partition by record_id order by run_number rows between unbounded preceding and current row) as valid_from
    from record_moves
    where hash(record_id) in (select record_hash from moved_again)

),

intervals as (

    select
        record_id,
        customer_id,
        valid_from,
        lead(valid_from) over (partition by record_id order by run_number) as valid_to
    from moved

    union all

    select record_id, customer_id, run_at as valid_from, null as valid_to
    from record_moves
    where hash(record_id) not in (select record_hash from moved_again)

)

-- A record that is gone ends its last interval and begins none; of several moves at one logical time the last one counts.
select
    record_id,
    customer_id,
    valid_from,
    valid_to,
    valid_to is null as is_current
from intervals
where customer_id is not null and (valid_to is null or valid_to > valid_from)
