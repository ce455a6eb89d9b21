{# One key for the spellings of a name in both alphabets and by any table. Transliterates, then folds what the tables
   disagree on (ya/ia/ja, yu/iu, ye/e, yo/e, kh/h, ts/tz/c, shch/sch/sh, x/ks, y/i/j, doubled letters, soft signs, final -iy/-y/-i).
   A name in another script keeps its lower-cased self. The order of the steps matters: clusters before letters. #}
{% macro name_key(expr) -%}
    {%- set folds = [
        ('ck', 'k'), ('tch', 'ch'), ('shch', 'sh'), ('sch', 'sh'), ('kh', 'h'), ('ph', 'f'), ('th', 't'),
        ('ca', 'ka'), ('co', 'ko'), ('cu', 'ku'), ('cl', 'kl'), ('cr', 'kr'), ('ct', 'kt'),
        ('tz', 'c'), ('ts', 'c'), ('x', 'ks'), ('w', 'v'), ('q', 'k')
    ] -%}
    {%- set state = namespace(sql=latin_letters(expr)) -%}
    {%- for written, folded in folds %}{% set state.sql = "replace(" ~ state.sql ~ ", '" ~ written ~ "', '" ~ folded ~ "')" %}{% endfor -%}
    {%- set state.sql = "translate(" ~ state.sql ~ ", 'yj', 'ii')" -%}
    {%- for letter in 'abcdefghiklmnoprstuvz' %}{% set state.sql = "replace(" ~ state.sql ~ ", '" ~ letter * 2 ~ "', '" ~ letter ~ "')" %}{% endfor -%}
    {%- for pair in ['ie', 'io'] %}{% set state.sql = "replace(" ~ state.sql ~ ", '" ~ pair ~ "', 'e')" %}{% endfor -%}
    coalesce(
        nullif(regexp_replace(regexp_replace({{ state.sql }}, '[^a-z]', '', 'g'), '^(.{3,})i$', '\1'), ''),
        nullif(lower({{ trimmed(expr) }}), '')
    )
{%- endmacro %}

{# Lower-case latin letters: accents folded, Cyrillic (Russian, Ukrainian, Kazakh) letter by letter. #}
{% macro latin_letters(expr) -%}
    {%- set state = namespace(sql="strip_accents(lower(" ~ expr ~ "))") -%}
    {%- for letter, latin in {'ж': 'zh', 'ч': 'ch', 'ш': 'sh', 'щ': 'sh', 'ю': 'iu', 'я': 'ia', 'ц': 'ts', 'ß': 'ss', 'æ': 'ae', 'œ': 'oe'}.items() -%}
    {%- set state.sql = "replace(" ~ state.sql ~ ", '" ~ letter ~ "', '" ~ latin ~ "')" -%}
    {%- endfor -%}
    translate({{ state.sql }}, 'абвгдезиклмнопрстуфхыэієґәғқңөұүһłøđðıьъʹ''`’', 'abvgdeziklmnoprstufhieiegagknouuhloddi')
{%- endmacro %}
