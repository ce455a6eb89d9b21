{# Every raw table that staging declares as a source: [(source, table)], from the project's own graph. Landing fills them; rows are counted without naming each. #}
{% macro raw_tables() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.schema.startswith('raw_') -%}
            {%- do found.append((node.schema, node.identifier)) -%}
        {%- endfor -%}
    {%- endif -%}
    {% do return(found) %}
{%- endmacro %}
