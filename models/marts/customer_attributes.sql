{{ config(materialized='by_customer') }}
{% set steps = [1, 2, 3, 4] -%}

with

attribute_ranks as (

    select * from {{ ref('attribute_ranks') }}
    where {{ is_changed('customer_id') }}

),

compared as (

    select
        *,
        count(*) over (partition by customer_id, attribute) as value_count,
        {%- for field in ['is_deleted', 'is_of_another_name', 'score_1', 'score_2', 'score_3', 'score_4'] %}
        case
            when value_rank = 1 then lead({{ field }}) over by_rank
            else first_value({{ field }}) over by_rank
        end as rival_{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}

    from attribute_ranks
    window by_rank as (partition by customer_id, attribute order by value_rank)

),

decided as (

    select

        ---------- ids
        customer_id,
        record_id,

        ---------- strings
        attribute,
        value,
        source_value,
        spellings,
        source,
        case
            when value_count = 1 then 'only_value'
            when is_deleted is distinct from rival_is_deleted then 'not_deleted'
            when is_of_another_name is distinct from rival_is_of_another_name then 'same_given_name'
            {%- for step in steps %}
            when score_{{ step }} is distinct from rival_score_{{ step }} then rule_{{ step }}
            {%- endfor %}
            else 'tie_break'
        end as rule,

        ---------- numerics
        value_rank,
        record_count,

        ---------- booleans
        value_rank = 1 as is_golden,

        ---------- timestamps
        observed_at

    from compared

)

select * from decided
