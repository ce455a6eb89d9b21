{# What every staged row carries of its origin. #}
{% macro lineage() -%}
    _file_id, _line, _dlt_load_id as _load_id
{%- endmacro %}

{# Newest first: the source's own update time, then the export's, then file and line, so that the order is total. #}
{% macro newest_first() -%}
    source_updated_at desc nulls last, _exported_at desc nulls last, _file_id desc nulls last, _line desc nulls last
{%- endmacro %}

{# A key for a row that has none: the hash of what it says, null if it says nothing. #}
{% macro content_key(columns) -%}
    nullif(md5(concat_ws('|'{% for column in columns %}, {{ column }}{% endfor %})), md5(''))
{%- endmacro %}

{# A key as it may stand in the id of a record, which is shown to people and written to logs: of an address or a phone only the hash.
   Some companies give their accounts and cards such keys. The pattern is that of `pipelines/pseudonymise.py`. An evaluation, which leaves
   nothing behind, gives back the keys it was given: var `keys_as_given`. #}
{% macro opaque_key(key) -%}
    {%- if var('keys_as_given', false) -%} {{ key }} {%- else -%}
    (case when {{ key }} like '%@%' or {{ matches("translate(" ~ key ~ ", ' ().-', '')", '[+][0-9]{7,15}|[78]9[0-9]{9}') }} then md5(lower({{ key }})) else {{ key }} end)
    {%- endif -%}
{%- endmacro %}

{# JSON text of an object; members without a value are left out, and an object without members is null. #}
{% macro json_object_text(members, base="'{}'") -%}
    nullif(cast(json_merge_patch(coalesce({{ base }}, '{}'), json_object(
        {%- for name, value in members.items() %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor -%}
    )) as varchar), '{}')
{%- endmacro %}

{# The columns a preset knows and no shape has a place for, beside those it does not know. #}
{% macro extra_with(columns) -%}
    {%- set members = {} -%}
    {%- for column in columns %}{% do members.update({column: column}) %}{% endfor -%}
    {{ json_object_text(members, base='_extra') }}
{%- endmacro %}

{# One row per element of a list, in a select list. #}
{% macro each_of(list) -%}
    unnest({{ list }})
{%- endmacro %}

{# The same, and one null for a list without elements, so that its row stays. #}
{% macro each_or_null(list) -%}
    unnest(case when len({{ list }}) > 0 then {{ list }} else [null] end)
{%- endmacro %}

{# The lists that `body` makes of each element, one behind another as one list; `name` stands for the element. #}
{% macro flat_map(list, name, body) -%}
    flatten(list_transform({{ list }}, lambda {{ name }}: {{ body }}))
{%- endmacro %}

{# The values of a cell that may hold several, apart by comma, semicolon or line; an extension belongs to its phone. #}
{% macro cell_values(cell) -%}
    split(translate({{ regexp_replace_all(cell, '[,;] *(доб|вн|ext)', ' \\1') }}, ',' || chr(10) || chr(13), ';;;'), ';')
{%- endmacro %}

{# Long form of identifier columns. `columns`: dicts of `type`, `column` and, where they differ from the default,
   `label`, `several` (values in a cell) and `verified`. The relation has record_id, first_seen_at and phone_region. #}
{% macro identifiers_from(relation, source, columns) -%}
select
    record_id,
    '{{ source }}' as source,
    identifier_type,
    raw_value,
    min(label) as label,
    min(phone_region) as phone_region,
    bool_or(is_verified) as is_verified,
    min(first_seen_at) as first_seen_at
from (
    {%- for item in columns %}
    select
        record_id,
        '{{ item.type }}' as identifier_type,
        {{ trimmed(each_of(cell_values(item.column)) if item.several else item.column) }} as raw_value,
        {{ "'" ~ item.label ~ "'" if item.label else 'cast(null as varchar)' }} as label,
        {{ 'phone_region' if item.type == 'phone' else 'cast(null as varchar)' }} as phone_region,
        coalesce({{ item.verified or 'false' }}, false) as is_verified,
        first_seen_at
    from {{ relation }}
    where {{ item.column }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as cells
where {{ blank_to_null('raw_value') }} is not null
group by record_id, identifier_type, raw_value
{%- endmacro %}

{# The currency of a source's amounts that name none: var `currencies`, null if the owner has not said. #}
{% macro source_currency(source) -%}
    {%- set currency = var("currencies", {}).get(source) -%}
    {{ "'" ~ currency ~ "'" if currency else "cast(null as varchar)" }}
{%- endmacro %}

{# A deal's outcome from its flags, else from the stage's name or code in English or Russian. Lost is asked first: "не реализовано" ends like a success. #}
{% macro deal_status(stage, is_won='false', is_lost='false') -%}
    (case
        when {{ is_won }} then 'paid'
        when {{ is_lost }} then 'lost'
        when regexp_matches(lower({{ stage }}), 'lost|(^|[^a-z])lose|apology|провал|проигр|не реализ|неусп|не успе|отказ') then 'lost'
        when regexp_matches(lower({{ stage }}), 'won|успе|выигр|реализ') then 'paid'
        else 'pending'
    end)
{%- endmacro %}

{# JSON text of an object with a member per row of the group, ordered by name so that the text is the same each time. #}
{% macro json_object_of_rows(name, value, condition) -%}
    ('{' || string_agg(cast(to_json({{ name }}) as varchar) || ':' || cast(to_json({{ value }}) as varchar), ',' order by {{ name }}) filter (where {{ condition }}) || '}')
{%- endmacro %}

{# Who bought without an account: the hash of the e-mail, else of the phone's digits, else of the name. #}
{% macro buyer_key(email, phone, name) -%}
    md5(coalesce(
        lower({{ blank_to_null(email) }}),
        nullif({{ regexp_replace_all(phone, '[^0-9]', '') }}, ''),
        lower({{ blank_to_null(name) }})
    ))
{%- endmacro %}

{# The first value of a group in the order of its file's lines. #}
{% macro first_in_file(column) -%}
    min_by({{ column }}, _line) filter (where {{ column }} is not null)
{%- endmacro %}

{# Identifiers of accounts: their own id, and the browsers they alone signed in with. The relation has user_id, occurred_at and the browser's id.
   A browser that two accounts used says nothing about who is who. #}
{% macro account_identifiers(relation, source, browser_id, browser_type) -%}
with

seen_together as (

    select user_id, {{ browser_id }} as browser_id, min(occurred_at) as first_seen_at
    from {{ relation }}
    where user_id is not null
    group by user_id, {{ browser_id }}

),

own_browsers as (

    select browser_id from seen_together
    where browser_id is not null
    group by browser_id
    having count(*) = 1

),

identifiers as (

    select user_id, 'user_id' as identifier_type, user_id as raw_value, min(first_seen_at) as first_seen_at
    from seen_together
    group by user_id
    union all
    select seen_together.user_id, '{{ browser_type }}', seen_together.browser_id, seen_together.first_seen_at
    from seen_together
    inner join own_browsers on seen_together.browser_id = own_browsers.browser_id

)

select
    '{{ source }}:user:' || {{ opaque_key('user_id') }} as record_id,
    '{{ source }}' as source,
    identifier_type,
    raw_value,
    false as is_verified,
    first_seen_at,
    {{ empty_columns(identifier_columns(), ['label', 'phone_region']) }}
from identifiers
{%- endmacro %}
