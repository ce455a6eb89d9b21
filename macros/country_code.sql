{# ISO 3166 alpha-2. Two letters are a code already; names are looked up in one constant map, which costs the same for 10 or 500 names. #}
{% macro country_code(expr) -%}
    {%- set text = "replace(lower(" ~ trimmed(expr) ~ "), 'ё', 'е')" -%}
    (case
        when {{ text }} = 'uk' then 'GB'
        when {{ matches(text, '[a-z]{2}') }} then upper({{ text }})
        else map {
            {%- for code, names in country_names().items() -%}
            {%- set comma = ', ' if not loop.last else '' -%}
            {%- for name in names %}'{{ name | replace("'", "''") }}': '{{ code }}'{{ ', ' if not loop.last }}{% endfor -%}{{ comma }}
            {%- endfor -%}
        }[{{ text }}]
    end)
{%- endmacro %}
