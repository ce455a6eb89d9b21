{# Text at a dotted path of JSON text; objects and lists come back as JSON text, JSON null as null. #}
{% macro json_text(expr, path) -%}
    json_extract_string({{ expr }}, '{{ json_path(path) }}')
{%- endmacro %}

{# Several paths in one reading of the text: a list, in the order asked. Ten `json_text` read the same text ten times. #}
{% macro json_texts(expr, paths) -%}
    json_extract_string({{ expr }}, [{% for path in paths %}'{{ json_path(path) }}'{{ ', ' if not loop.last }}{% endfor %}])
{%- endmacro %}

{# One of `json_texts`, counted from 0. #}
{% macro json_item(list, position) -%}
    {{ list }}[{{ position + 1 }}]
{%- endmacro %}

{# The elements of a JSON list at a path, as a list of JSON texts: an object alone counts as a list of one. #}
{% macro json_list(expr, path=none) -%}
    {%- set value = "json_extract(" ~ expr ~ ", '" ~ (json_path(path) if path else '$') ~ "')" -%}
    cast(case json_type({{ value }}) when 'ARRAY' then json_extract({{ value }}, '$[*]') when 'OBJECT' then [{{ value }}] else [] end as varchar[])
{%- endmacro %}

{% macro json_path(path) -%}
    ${% for step in path.split('.') %}."{{ step }}"{% endfor %}
{%- endmacro %}

{# Text that is JSON in its turn, as some archivers nest it; null if it is not, since reading it would stop the run. #}
{% macro valid_json(expr) -%}
    (case when json_valid({{ expr }}) then {{ expr }} end)
{%- endmacro %}
