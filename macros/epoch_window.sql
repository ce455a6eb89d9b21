{# The number of the stretch of so many seconds that a moment lies in. #}
{% macro epoch_window(expression, seconds) -%}
    cast(floor({{ epoch_seconds(expression) }} / {{ seconds }}) as bigint)
{%- endmacro %}
