{# Full dates only, as the calendar day that was written: a birthday has no time zone. Years before 1900 stand for "no year" in some exports. #}
{% macro parse_date(expr) -%}
    {{ with_value('written', trimmed(expr), with_value('calendar_day', 'cast(' ~ calendar_day('written') ~ ' as date)',
        "case when calendar_day between date '1900-01-01' and date '2100-12-31' then calendar_day end")) }}
{%- endmacro %}

{% macro calendar_day(text) -%}
    (case
        when {{ matches(text, '-?[0-9]{9,16}') }} then {{ epoch_to_timestamp(text) }}
        when {{ text }} like '____-__-__%' then try_strptime(left({{ text }}, 10), '%Y-%m-%d')
        else {{ naive_timestamp(text) }}
    end)
{%- endmacro %}

{% macro birth_year(expr) -%}
    coalesce(
        cast(extract(year from {{ parse_date(expr) }}) as integer),
        try_cast(nullif(regexp_extract({{ trimmed(expr) }}, '^((19|20)[0-9]{2})(-[0-9]{2})?( ?г[.]?)?$', 1), '') as integer)
    )
{%- endmacro %}

{% macro birth_month(expr) -%}
    coalesce(cast(extract(month from {{ parse_date(expr) }}) as integer), {{ between_or_null(birth_part(expr, 'month'), 12) }})
{%- endmacro %}

{% macro birth_day(expr) -%}
    coalesce(cast(extract(day from {{ parse_date(expr) }}) as integer), {{ between_or_null(birth_part(expr, 'day'), 31) }})
{%- endmacro %}

{# The written part of '05/17' (month first), '17.05' (day first), '--05-17', '1604-05-17' (no year), '1985-05'. #}
{% macro birth_part(expr, part) -%}
    {%- set text = trimmed(expr) -%}
    {%- set month_first, day_first = (1, 2) if part == 'month' else (2, 1) -%}
    try_cast(coalesce(
        nullif(regexp_extract({{ text }}, '^([0-9]{1,2})/([0-9]{1,2})$', {{ month_first }}), ''),
        nullif(regexp_extract({{ text }}, '^([0-9]{1,2})[.]([0-9]{1,2})[.]?$', {{ day_first }}), ''),
        nullif(regexp_extract({{ text }}, '^(?:--|[01][0-9]{3}-)([0-9]{2})-([0-9]{2})', {{ month_first }}), '')
        {%- if part == 'month' -%}, nullif(regexp_extract({{ text }}, '^(?:19|20)[0-9]{2}-([0-9]{2})$', 1), ''){%- endif %}
    ) as integer)
{%- endmacro %}

{% macro between_or_null(expr, highest) -%}
    {{ with_value('part', expr, 'case when part between 1 and ' ~ highest ~ ' then part end') }}
{%- endmacro %}
