{# Slips of the finger between two texts: letters put, lost, changed, or two neighbours changed over. #}
{% macro edit_distance(left, right) -%}
    damerau_levenshtein({{ left }}, {{ right }})
{%- endmacro %}
