{# The rows of a file of known truth in `<data>/truth`, or none where there is no such file. The demo company writes them. #}
{% macro truth_rows(name, columns) -%}
    {%- set path = env_var('SVOD_DATA', 'data') ~ '/truth/' ~ name ~ '.parquet' -%}
    {%- set is_known = execute and run_query("select count(*) from glob('" ~ path ~ "')").columns[0].values()[0] > 0 -%}
    {%- if is_known -%}
    select {{ columns.keys() | join(', ') }} from read_parquet('{{ path }}')
    {%- else -%}
    select {% for column, kind in columns.items() %}cast(null as {{ kind }}) as {{ column }}{{ ', ' if not loop.last }}{% endfor %} where false
    {%- endif -%}
{%- endmacro %}
