{# The name of a staged record as one text, in small letters: the same for whoever wrote the same. Null where there is none. #}
{% macro written_name(record) -%}
    nullif(lower(trim(coalesce({{ record }}.full_name, concat_ws(' ', {{ record }}.given_name, {{ record }}.additional_name, {{ record }}.family_name)))), '')
{%- endmacro %}
