with

attribute_scores as (

    select * from {{ ref('attribute_scores') }}

),

best_records as (

    select
        *,
        row_number() over (
            partition by customer_id, attribute, value
            order by is_deleted, score_1 desc nulls last, score_2 desc nulls last, score_3 desc nulls last, record_id
        ) as place

    from attribute_scores

),

ranked as (

    select
        customer_id,
        attribute,
        value,
        record_id,
        source,
        is_deleted,
        observed_at,
        record_count,
        {% for step in [1, 2, 3] %}rule_{{ step }}, score_{{ step }}, {% endfor %}
        row_number() over (
            partition by customer_id, attribute
            order by is_deleted, score_1 desc nulls last, score_2 desc nulls last, score_3 desc nulls last, value
        ) as value_rank

    from best_records
    where place = 1

)

select * from ranked
