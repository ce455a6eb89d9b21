{# What the YAML of the segments says, as a table, for the command line and for marketers. -#}
{% for segment in var('segments') -%}
{%- set node = segment_node(segment) -%}
{%- set meta = node.config.get('meta', {}) -%}
select
    '{{ segment }}' as segment,
    {{ loop.index }} as place,
    {{ literal(meta.get('title', segment)) }} as title,
    {{ literal(meta.get('title_ru', segment)) }} as title_ru,
    {{ literal(node.description) }} as description,
    {{ literal(meta.get('description_ru')) }} as description_ru
{% if not loop.last %}
union all

{% endif -%}
{% endfor %}
