{# One key for the spellings of a street and house, or of a place: latin letters and digits, without the words for street, house and city. #}
{% macro address_key(expr) -%}
    nullif(regexp_replace(
        regexp_replace(
            ' ' || regexp_replace({{ latin_letters(expr) }}, '[^a-z0-9]+', ' ', 'g') || ' ',
            ' (g|gor|gorod|ul|ulica|ulitsa|ul ica|pr|prkt|prospekt|prosp|per|pereulok|d|dom|kv|kvartira|k|korp|st|str|street|ave|avenue|rd|road|apt|apartment|unit|suite) ', ' ', 'g'
        ), '[^a-z0-9]+', '', 'g'), '')
{%- endmacro %}
