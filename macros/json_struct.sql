{# JSON text as a struct, read once for all its fields. `fields` has the shape of the JSON: 'text' and 'json' at its ends,
   a list of one shape for a list. A field that is not there is null; numbers come as text. #}
{% macro json_struct(expr, fields) -%}
    from_json({{ expr }}, '{{ tojson(fields) | replace('"text"', '"VARCHAR"') | replace('"json"', '"JSON"') }}')
{%- endmacro %}

{# A value out of a list of {key, value{…_value}}, as GA4 writes parameters: the first of that key, whatever its type. #}
{% macro typed_parameter(parameters, name) -%}
    {%- set value = "list_filter(" ~ parameters ~ ", lambda parameter: parameter.key = '" ~ name ~ "')[1].value" -%}
    coalesce({{ value }}.string_value, {{ value }}.int_value, {{ value }}.double_value, {{ value }}.float_value)
{%- endmacro %}

{# JSON text as JSON, to stand inside a larger object as itself and not as a quoted text. #}
{% macro json_value(expr) -%}
    try_cast({{ expr }} as json)
{%- endmacro %}

{# A cell like `"VIP","say ""hi"""` as a JSON list; a cell that is not written so is the list's only element. #}
{% macro json_list_of_quoted(expr) -%}
    case when {{ expr }} is not null then coalesce(try_cast('[' || replace({{ expr }}, '""', '\"') || ']' as json), to_json([{{ expr }}])) end
{%- endmacro %}
