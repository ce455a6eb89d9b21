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

{# Whole years from a date to a later moment, as people count their age: one more on the birthday itself. #}
{% macro years_between(earlier, later) -%}
    cast(extract(year from {{ later }}) - extract(year from {{ earlier }})
        - case when {{ month_and_day(later) }} < {{ month_and_day(earlier) }} then 1 else 0 end as integer)
{%- endmacro %}

{# So many seconds after a moment. #}
{% macro seconds_later(moment, seconds) -%}
    ({{ moment }} + to_seconds({{ seconds }}))
{%- endmacro %}
