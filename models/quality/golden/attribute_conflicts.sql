with

said as (

    select distinct
        attribute_scores.customer_id,
        attribute_scores.attribute,
        attribute_scores.source,
        attribute_scores.value_key,
        attribute_scores.value_key = golden.value_key as is_golden

    from {{ ref('attribute_scores') }} as attribute_scores
    inner join {{ ref('attribute_ranks') }} as golden
        on attribute_scores.customer_id = golden.customer_id and attribute_scores.attribute = golden.attribute and golden.value_rank = 1

),

compared as (

    select
        one.attribute,
        one.source,
        other.source as other_source,
        one.customer_id,
        -- A year of birth does not contradict a date within it, nor a town a street of it.
        bool_or(
            one.value_key = other.value_key
            or one.attribute in ('address', 'birth_date')
            and (one.value_key like '%' || ltrim(other.value_key, '-') or other.value_key like '%' || ltrim(one.value_key, '-')
                or one.value_key like other.value_key || '-%' or other.value_key like one.value_key || '-%')
        ) as is_agreed,
        bool_or(one.is_golden) as is_won,
        bool_or(other.is_golden) as is_won_by_other

    from said as one
    inner join said as other
        on one.customer_id = other.customer_id and one.attribute = other.attribute and one.source < other.source
    group by one.attribute, one.source, other.source, one.customer_id

)

select
    attribute,
    source,
    other_source,
    count(*) as customer_count,
    count(*) filter (where not is_agreed) as conflict_count,
    round(cast(count(*) filter (where not is_agreed) as double) / count(*), 6) as conflict_share,
    count(*) filter (where not is_agreed and is_won) as won_count,
    count(*) filter (where not is_agreed and is_won_by_other) as won_by_other_count
from compared
group by attribute, source, other_source
