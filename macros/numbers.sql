{# Money as people and systems write it. Text with anything but a number and a currency is no amount, nor is a trillion:
   a card's or a barcode's digits in the wrong column would break sums and products. #}
{% macro parse_amount(expr) -%}
    cast(try_cast({{ plain_number(expr) }} as decimal(14, 2)) as decimal(18, 2))
{%- endmacro %}

{% macro parse_quantity(expr) -%}
    cast(try_cast({{ plain_number(expr) }} as decimal(12, 3)) as decimal(18, 3))
{%- endmacro %}

{# What a line comes to; null where a slip made it more than an amount can be. DuckDB multiplies wide decimals without overflow, narrow ones in 64 bits. #}
{% macro line_total(quantity, unit_price, discount) -%}
    cast(try_cast(cast({{ quantity }} as decimal(12, 3)) * cast({{ unit_price }} as decimal(24, 2)) - coalesce({{ discount }}, 0) as decimal(14, 2)) as decimal(18, 2))
{%- endmacro %}

{# '1 234,56 ₽' → '1234.56'. #}
{% macro plain_number(expr) -%}
    {%- set words = '(?:₽|руб(?:л[а-я]*)?[.]?|р[.]?|rub|rur|[$€£¥₸₴]|us[$]|usd|eur|gbp|kzt|byn|uah|тг[.]?|тенге|шт[.]?|pcs|%)' -%}
    {{ with_value('written', one_space('lower(' ~ trimmed(expr) ~ ')'), "case when " ~ matches('written', '[(]?[+-]? ?' ~ words ~ "? ?[+-]?[0-9.,][0-9 ,.''’]*? ?" ~ words ~ "?[)]?")
        ~ " then case when written like '(%)' or written like '%-%' then '-' else '' end || "
        ~ with_value('digits', "rtrim(translate(regexp_extract(written, '[0-9.,][0-9 ,.''’]*', 0), ' ''’', ''), '.,')", decimal_point('digits')) ~ " end") }}
{%- endmacro %}

{# The last of two different marks is the decimal one; a mark that groups thousands is dropped. #}
{% macro decimal_point(digits) -%}
    case
        when {{ digits }} like '%,%.%' then replace({{ digits }}, ',', '')
        when {{ digits }} like '%.%,%' then replace(replace({{ digits }}, '.', ''), ',', '.')
        when {{ matches(digits, '[1-9][0-9]{0,2}(,[0-9]{3})+') }} then replace({{ digits }}, ',', '')
        when {{ matches(digits, '[1-9][0-9]{0,2}([.][0-9]{3}){2,}') }} then replace({{ digits }}, '.', '')
        else replace({{ digits }}, ',', '.')
    end
{%- endmacro %}

{# No-break and thin spaces as spaces, the typographic minus as a hyphen. #}
{% macro one_space(expr) -%}
    translate({{ expr }}, chr(160) || chr(8239) || chr(8201) || '−', '   -')
{%- endmacro %}
