with

candidates as (

    select * from {{ ref('attribute_candidates') }}

),

rules as (

    select attribute
        {%- for step in [1, 2, 3] %}, max(case when step = {{ step }} then rule end) as rule_{{ step }}{% endfor %}
    from {{ ref('survivorship') }}
    group by attribute

),

source_priority as (

    select * from {{ ref('source_priority') }}

),

frequencies as (

    select customer_id, attribute, value, count(*) as record_count
    from candidates
    group by customer_id, attribute, value

),

scored as (

    select
        candidates.customer_id,
        candidates.attribute,
        candidates.value,
        candidates.record_id,
        candidates.source,
        candidates.is_deleted,
        candidates.observed_at,
        frequencies.record_count,
        {%- for step in [1, 2, 3] %}
        rules.rule_{{ step }},
        cast(case rules.rule_{{ step }}
            when 'most_recent' then {{ epoch_seconds('candidates.observed_at') }}
            when 'most_frequent' then frequencies.record_count
            when 'source_priority' then - coalesce(own.priority, general.priority, 99)
            when 'verified_first' then case when candidates.is_verified then 1 else 0 end
            when 'longest' then length(candidates.value)
            when 'most_complete' then candidates.parts
            when 'formal_name' then case when candidates.is_formal then 1 else 0 end
        end as double) as score_{{ step }}{{ ',' if not loop.last }}
        {%- endfor %}

    from candidates
    inner join frequencies
        on candidates.customer_id = frequencies.customer_id and candidates.attribute = frequencies.attribute and candidates.value = frequencies.value
    left join rules on candidates.attribute = rules.attribute
    left join source_priority as own on candidates.attribute = own.attribute and candidates.source = own.source
    left join source_priority as general on general.attribute = 'any' and candidates.source = general.source

)

select * from scored
