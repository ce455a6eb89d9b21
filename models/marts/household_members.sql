{# A group of n customers is n - 1 steps across at most, so that after as many rounds every group small enough to be a household has one label. #}
{%- set rounds = var('household_members_at_most') - 1 -%}
with

pairs as (

    select * from {{ ref('household_pairs') }}

),

known as (

    select customer_id, created_at from {{ source('identity', 'customers') }}

),

steps as (

    select distinct customer_id, other_customer_id from pairs
    union all
    select distinct customer_id, customer_id from pairs

),

round_0 as (

    select distinct customer_id, customer_id as label from pairs

),
{% for round in range(1, rounds + 1) %}
round_{{ round }} as (

    select steps.customer_id, min(other.label) as label
    from steps
    inner join round_{{ round - 1 }} as other on steps.other_customer_id = other.customer_id
    group by steps.customer_id

),
{% endfor %}
-- Where a label still meets another one, the group is larger than a household, whole.
too_wide as (

    select distinct here.label
    from steps
    inner join round_{{ rounds }} as here on steps.customer_id = here.customer_id
    inner join round_{{ rounds }} as there on steps.other_customer_id = there.customer_id
    where here.label <> there.label

),

grouped as (

    select
        round_{{ rounds }}.customer_id,
        round_{{ rounds }}.label,
        known.created_at,
        count(*) over (partition by round_{{ rounds }}.label) as member_count,
        row_number() over (partition by round_{{ rounds }}.label order by known.created_at, round_{{ rounds }}.customer_id) as place

    from round_{{ rounds }}
    inner join known on round_{{ rounds }}.customer_id = known.customer_id
    left join too_wide on round_{{ rounds }}.label = too_wide.label
    where too_wide.label is null

),

shared as (

    select customer_id, {{ text_list('contact_type') }} as ties from pairs group by customer_id

)

select
    'h_' || substr(eldest.customer_id, 3) as household_id,
    grouped.customer_id,
    shared.ties,
    grouped.place = 1 as is_known_longest
from grouped
inner join grouped as eldest on grouped.label = eldest.label and eldest.place = 1
inner join shared on grouped.customer_id = shared.customer_id
where grouped.member_count <= {{ var('household_members_at_most') }}
