{# One key for the spellings of a street and house, or of a place: letters and digits, without the words for street, house and city.
   Cyrillic becomes latin; letters of other alphabets stay as they are. Two spaces between words, so that of two
   words in a row that are left out each has its own. #}
{% macro address_key(expr) -%}
    nullif(regexp_replace(
        regexp_replace(
            ' ' || regexp_replace({{ latin_letters(expr) }}, '[^\p{L}\p{M}\p{N}]+', '  ', 'g') || ' ',
            ' (g|gor|gorod|ul|ulica|ulitsa|pr|prkt|prospekt|prosp|per|pereulok|d|dom|kv|kvartira|k|korp|st|str|street|ave|avenue|rd|road|apt|apartment|unit|suite) ', ' ', 'g'
        ), '[^\p{L}\p{M}\p{N}]+', '', 'g'), '')
{%- endmacro %}
