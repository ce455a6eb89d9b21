{# Cells that say "nothing" in the words of people and of export buttons. A steward's list of junk identifiers is a seed, not this. #}
{% macro blank_markers() -%}
    {% do return(['', '-', '--', '—', 'n/a', '#n/a', 'null', 'none', 'nil', 'nan', 'undefined', 'unknown', '(not set)', '(none)', '[null]', 'н/д', 'нет данных', 'не указано', 'не указан', 'не указана', 'неизвестно']) %}
{%- endmacro %}

{# Space of every kind that exports carry: tab, line ends, no-break and zero-width space, byte order mark. #}
{% macro trimmed(expr) -%}
    trim({{ expr }}, ' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8203) || chr(8239) || chr(65279))
{%- endmacro %}

{% macro blank_to_null(expr) -%}
    (case when lower({{ trimmed(expr) }}) not in ('{{ blank_markers() | join("', '") }}') then {{ trimmed(expr) }} end)
{%- endmacro %}

{% macro snake_case(expr) -%}
    trim(regexp_replace(lower(regexp_replace({{ expr }}, '([a-zа-яё0-9])([A-ZА-ЯЁ])', '\1_\2', 'g')), '[^a-zа-яё0-9]+', '_', 'g'), '_')
{%- endmacro %}

{% macro regexp_replace_all(expr, pattern, replacement) -%}
    regexp_replace({{ expr }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{# True where the whole text fits the pattern. #}
{% macro matches(expr, pattern) -%}
    regexp_full_match({{ expr }}, '{{ pattern }}')
{%- endmacro %}

{# `body` with `expr` worked out once under `name`. Where a macro mentions its argument ten times and macros nest, the text would grow tenfold each time. #}
{% macro with_value(name, expr, body) -%}
    list_transform([{{ expr }}], lambda {{ name }}: {{ body }})[1]
{%- endmacro %}

{# One row per part of a comma list; stands in a select list. #}
{% macro explode_text(expr) -%}
    unnest(string_split({{ expr }}, ','))
{%- endmacro %}

{# What a word is taken for: the first of `meanings`, pairs of meaning and pattern, whose pattern fits its beginning; null if none does. #}
{% macro taken_for(word, meanings) -%}
    (case {%- for meaning, pattern in meanings %} when regexp_matches(lower({{ trimmed(word) }}), '^({{ pattern }})') then '{{ meaning }}'{% endfor %} end)
{%- endmacro %}
