{# All staging models of one shape, with the columns named in `columns`, one under another. The var `staged` lists which source has which
   shape: adding a source there is all it takes. A shape that no source has is a relation without rows. #}
{% macro union_sources(shape, columns) -%}
    {%- for source in var('staged')[shape] %}
    select {{ columns | join(', ') }} from {{ ref('stg_' ~ source ~ '__' ~ shape) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select {% for column in columns %}cast(null as {{ columns[column] if columns is mapping else 'varchar' }}) as {{ column }}{{ ', ' if not loop.last }}{% endfor %} where false
    {%- endfor %}
{%- endmacro %}
