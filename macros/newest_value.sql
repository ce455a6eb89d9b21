{# The newest value of a group that says something: a later row that is silent about it does not erase it. `version` must be unique in the group. #}
{% macro newest_value(column, version) -%}
    max_by({{ column }}, {{ version }}) filter (where {{ column }} is not null)
{%- endmacro %}
