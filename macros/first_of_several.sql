{# Matching compares one name and one address per record: of several values in a cell, apart by semicolons, the first counts. All of them stay in raw. #}
{% macro first_of_several(cell) -%}
    split_part({{ cell }}, ';', 1)
{%- endmacro %}
