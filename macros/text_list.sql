{# The distinct values of a group, sorted, as one text. #}
{% macro text_list(expression) -%}
    array_to_string(list_sort(list_distinct(array_agg({{ expression }}))), ', ')
{%- endmacro %}
