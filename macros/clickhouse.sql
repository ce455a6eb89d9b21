{# Text of a ClickHouse TSV cell: its backslash escapes undone. The doubled backslash waits as a control character. #}
{% macro clickhouse_text(expr) -%}
    replace(replace(replace(replace(replace({{ expr }}, '\\', chr(1)), '\''', ''''), '\t', chr(9)), '\n', chr(10)), chr(1), '\')
{%- endmacro %}

{# `['a','b\'c']` or `[1,2]` as a list of texts. Logs API writes the quotes escaped, `[\'a\']`; then the cell is unescaped first. #}
{% macro clickhouse_array(expr) -%}
    list_transform(
        regexp_extract_all(case when {{ expr }} like '[\''%' then {{ clickhouse_text(expr) }} else {{ expr }} end, '''(?:[^''\\]|\\.)*''|[^\[\],''\s]+', 0),
        lambda element: {{ clickhouse_text("case when element like '''%' then substr(element, 2, length(element) - 2) else element end") }}
    )
{%- endmacro %}

{# The positions of a list, counted from 1, as a list. #}
{% macro positions_of(list) -%}
    range(1, len({{ list }}) + 1)
{%- endmacro %}

{# The element at a position counted from 1; null behind the end. #}
{% macro element_of(list, position) -%}
    list_extract({{ list }}, {{ position }})
{%- endmacro %}
