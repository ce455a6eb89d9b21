{# The wording somebody agreed to: the form, whose id is another for each version of it, and what it is called or asks. #}
{% macro document_text(form, wording) -%}
    nullif(concat_ws(': ', 'form ' || {{ blank_to_null(form) }}, {{ blank_to_null(wording) }}), '')
{%- endmacro %}
