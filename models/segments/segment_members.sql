{% for segment in var('segments') -%}
select
    customer_id,
    '{{ segment }}' as segment,
    {{ run_at() }} as evaluated_at
from {{ ref(segment) }}
where is_member
{% if not loop.last %}
union all

{% endif -%}
{% endfor %}
