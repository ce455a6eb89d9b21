{# The conditions of every segment and the values behind them, as the YAML describes them. -#}
{% for segment in var('segments') -%}
{%- for kind, columns in [('condition', segment_conditions(segment)), ('fact', segment_facts(segment))] -%}
{%- for column in columns -%}
select
    '{{ segment }}' as segment,
    '{{ kind }}' as kind,
    {{ loop.index }} as place,
    '{{ column.name }}' as term,
    {{ literal(column.description) }} as description,
    {{ 'true' if (column.get('config', {}).get('meta') or column.get('meta') or {}).get('privacy') == 'direct_identifier' else 'false' }} as is_personal
union all
{% endfor -%}
{%- endfor -%}
{%- endfor %}
select cast(null as string), cast(null as string), 0, cast(null as string), cast(null as string), false
where false
