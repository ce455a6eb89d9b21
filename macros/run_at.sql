{# The run's logical time: the only clock of the marts. #}
{% macro run_at() -%}
    cast('{{ var("run_at") }}' as timestamp)
{%- endmacro %}

{# Whole calendar days from one moment to a later one. #}
{% macro days_between(earlier, later) -%}
    date_diff('day', cast({{ earlier }} as date), cast({{ later }} as date))
{%- endmacro %}

{# Seconds since 1970, to compare moments with other scores. #}
{% macro epoch_seconds(expression) -%}
    epoch({{ expression }})
{%- endmacro %}
