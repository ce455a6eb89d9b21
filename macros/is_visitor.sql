{#- Whether an event is about a browser or an app, of which nobody may know whose it is. -#}
{% macro is_visitor() -%}
    subject_type in ('ga_client_id', 'ym_client_id', 'anonymous_id') and value is not null
{%- endmacro %}
