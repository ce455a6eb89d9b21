{{ config(materialized='by_customer') }}
{% set steps = [1, 2, 3, 4] -%}

with

rules as (

    select attribute
        {%- for step in steps %}, max(case when step = {{ step }} then rule end) as rule_{{ step }}{% endfor %}
    from {{ ref('survivorship') }}
    group by attribute

),

source_priority as (

    select * from {{ ref('source_priority') }}

),

candidates as (

    select * from {{ ref('attribute_candidates') }}
    where {{ is_changed('customer_id') }}

),

spellings as (

    select * from {{ ref('attribute_spellings') }}
    where {{ is_changed('customer_id') }}

),

-- What was meant stands in for what slipped, so that both count for one value.
meant as (

    select
        candidates.customer_id, candidates.attribute, candidates.value, candidates.record_id, candidates.source, candidates.parts,
        candidates.is_verified, candidates.is_deleted, candidates.created_at, candidates.observed_at,
        coalesce(slips.meant_key, candidates.value_key) as meant_key,
        coalesce(given_slips.meant_key, candidates.person_key) as person_key,
        slips.meant_key is not null as is_slip,
        spellings.shown_as,
        spellings.is_formal,
        spellings.commonness,
        spellings.spelling_rank

    from candidates
    inner join spellings
        on candidates.customer_id = spellings.customer_id and candidates.attribute = spellings.attribute
        and candidates.value_key = spellings.value_key and candidates.value = spellings.value
    left join {{ ref('attribute_slips') }} as slips
        on candidates.customer_id = slips.customer_id and candidates.attribute = slips.attribute and candidates.value_key = slips.value_key
    left join {{ ref('attribute_slips') }} as given_slips
        on candidates.customer_id = given_slips.customer_id and given_slips.attribute = 'given_name' and candidates.person_key = given_slips.value_key

),

counted as (

    select *, count(*) over (partition by customer_id, attribute, meant_key) as record_count from meant

),

scored as (

    select
        counted.customer_id,
        counted.attribute,
        counted.value,
        counted.shown_as,
        counted.meant_key as value_key,
        counted.person_key,
        counted.record_id,
        counted.source,
        counted.is_deleted,
        counted.is_slip,
        counted.spelling_rank,
        counted.observed_at,
        counted.record_count,
        {%- for step in steps %}
        rules.rule_{{ step }},
        cast(case rules.rule_{{ step }}
            when 'most_recent' then {{ epoch_seconds('counted.observed_at') }}
            when 'newest_record' then {{ epoch_seconds('counted.created_at') }}
            when 'never_overwrite' then - {{ epoch_seconds('counted.created_at') }}
            when 'most_frequent' then counted.record_count
            when 'source_priority' then - coalesce(own.priority, general.priority, 99)
            when 'verified_first' then case when counted.is_verified then 1 else 0 end
            when 'longest' then length(counted.value)
            when 'most_complete' then counted.parts
            when 'formal_name' then case when counted.is_formal then 1 else 0 end
            when 'common_name' then counted.commonness
            when 'own_first' then - counted.commonness
        end as double) as score_{{ step }}{{ ',' if not loop.last }}
        {%- endfor %}

    from counted
    left join rules on counted.attribute = rules.attribute
    left join source_priority as own on counted.attribute = own.attribute and counted.source = own.source
    left join source_priority as general on general.attribute = 'any' and counted.source = general.source

)

select * from scored
