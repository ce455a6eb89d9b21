{# The key of a family name (macro name_key) without the ending by which Russian tells gender: Иванов and Иванова, Чайковский and Чайковская are one family. #}
{% macro family_stem(key) -%}
    case
        when {{ key }} like '%aia' then left({{ key }}, length({{ key }}) - 3)
        when {{ key }} like '%a' then left({{ key }}, length({{ key }}) - 1)
        else {{ key }}
    end
{%- endmacro %}
