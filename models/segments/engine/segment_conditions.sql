{{ config(materialized='by_customer') }}
{{ follows('segment_fingerprints') }}
{% for segment in var('segments') -%}
{%- set conditions = segment_conditions(segment) -%}
select
    customer_id,
    '{{ segment }}' as segment,
    {{ names_where(conditions, true) }} as met,
    {{ names_where(conditions, false) }} as unmet,
    {{ facts_as_json(segment_facts(segment)) }} as facts,
    is_member
from {{ ref(segment) }}
where {{ is_changed('customer_id') }}
{% if not loop.last %}
union all

{% endif -%}
{% endfor %}
