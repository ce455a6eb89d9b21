{# Meta marks what a value is so that spreadsheets keep it as text: `l:1234`, `p:+7916…`. A mark alone says nothing. #}
{% macro meta_value(column) -%}
    {{ blank_to_null("regexp_replace(" ~ trimmed(column) ~ ", '^[a-z]{1,2}:', '')") }}
{%- endmacro %}
