{{ config(materialized='by_customer') }}
{% set steps = [1, 2, 3, 4] -%}
{% set by_rules = 'score_1 desc nulls last, score_2 desc nulls last, score_3 desc nulls last, score_4 desc nulls last' -%}

with

attribute_scores as (

    select * from {{ ref('attribute_scores') }}
    where {{ is_changed('customer_id') }}

),

given_names as (

    select
        customer_id,
        value_key as golden_key,
        row_number() over (partition by customer_id order by is_deleted, {{ by_rules }}, value_key, record_id) as place

    from attribute_scores
    where attribute = 'given_name'

),

-- A family name and a patronymic come from records that call the customer by the golden given name, as far as any do.
attributed as (

    select
        attribute_scores.*,
        attribute_scores.attribute <> 'given_name' and attribute_scores.person_key is not null
            and coalesce(attribute_scores.person_key <> given_names.golden_key, false) as is_of_another_name

    from attribute_scores
    left join given_names on attribute_scores.customer_id = given_names.customer_id and given_names.place = 1

),

-- The value's standing is that of its best record; it is shown as the best spelling has it.
placed as (

    select
        *,
        row_number() over (
            partition by customer_id, attribute, value_key order by is_deleted, is_of_another_name, {{ by_rules }}, record_id
        ) as standing,
        array_agg(value) over (partition by customer_id, attribute, value_key) as all_values,
        row_number() over (
            partition by customer_id, attribute, value_key order by is_slip, spelling_rank, is_deleted, is_of_another_name, {{ by_rules }}, record_id
        ) as shown

    from attributed

),

ranked as (

    select
        standing.customer_id,
        standing.attribute,
        standing.value_key,
        shown.shown_as as value,
        shown.value as source_value,
        array_to_string(list_sort(list_distinct(shown.all_values)), ' | ') as spellings,
        shown.record_id,
        shown.source,
        shown.observed_at,
        standing.is_deleted,
        standing.is_of_another_name,
        standing.record_count,
        {% for step in steps %}standing.rule_{{ step }}, standing.score_{{ step }}, {% endfor %}
        row_number() over (
            partition by standing.customer_id, standing.attribute
            order by standing.is_deleted, standing.is_of_another_name, {{ by_rules | replace('score', 'standing.score') }}, standing.value_key
        ) as value_rank

    from placed as standing
    inner join placed as shown
        on standing.customer_id = shown.customer_id and standing.attribute = shown.attribute and standing.value_key = shown.value_key and shown.shown = 1
    where standing.standing = 1

)

select * from ranked
