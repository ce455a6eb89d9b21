{# The numbers of a group as one list. The same order for every list, so that they belong together. #}
{% macro number_list(expression, order_by) -%}
    array_agg(cast({{ expression }} as double) order by {{ order_by }})
{%- endmacro %}
