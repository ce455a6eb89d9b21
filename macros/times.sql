{# The zone a source writes its times in when they carry no offset: an SQL literal. #}
{% macro source_time_zone(source=none) -%}
    '{{ var("time_zones", {}).get(source, "UTC") }}'
{%- endmacro %}

{# UTC from text. Shape decides the branch, so that no text is tried against formats it cannot have. #}
{% macro parse_timestamp(expr, source=none) -%}
    {{ with_value('written', trimmed(expr), timestamp_from('written', source)) }}
{%- endmacro %}

{% macro timestamp_from(text, source=none) -%}
    {%- set zone = source_time_zone(source) -%}
    (case
        when {{ matches(text, '[0-9]{9,16}([.][0-9]+)?') }} then {{ epoch_to_timestamp(text) }}
        when {{ matches(text, '.*[0-9]:[0-9]{2}([.][0-9]+)?(Z|z| UTC| ?[+-][0-9]{2}(:?[0-9]{2})?)') }}
            then cast(try_cast(regexp_replace({{ text }}, ' ?([+-][0-9]{2}):?([0-9]{2})$', '\1:\2') as timestamptz) as timestamp)
        when {{ zone }} = 'UTC' then {{ naive_timestamp(text) }}
        else timezone('UTC', timezone({{ zone }}, {{ naive_timestamp(text) }}))
    end)
{%- endmacro %}

{# Seconds, milliseconds or microseconds since 1970: the number of digits tells (9 digits reach back to 1973).
   Beyond the year 5138 it is no time. #}
{% macro epoch_to_timestamp(text) -%}
    make_timestamp(cast(case
        when abs(try_cast({{ text }} as decimal(28, 6))) < 100000000000 then try_cast({{ text }} as decimal(28, 6)) * 1000000
        when abs(try_cast({{ text }} as decimal(28, 6))) < 100000000000000 then try_cast({{ text }} as decimal(28, 6)) * 1000
        when abs(try_cast({{ text }} as decimal(28, 6))) < 100000000000000000 then try_cast({{ text }} as decimal(28, 6))
    end as bigint))
{%- endmacro %}

{# A slash means the American order, unless its first part cannot be a month. #}
{% macro naive_timestamp(text) -%}
    (case
        when {{ matches(text, '[0-9]{4}-.*') }} then try_cast({{ text }} as timestamp)
        when {{ text }} like '%.%.____%' then try_strptime({{ text }}, ['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d.%m.%Y, %H:%M:%S', '%d.%m.%Y, %H:%M'])
        when {{ matches(text, '[0-9]{4}/.*') }} then try_strptime({{ text }}, ['%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y/%m/%d'])
        when {{ text }} like '%/%/____%' then try_strptime({{ text }}, ['%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %I:%M %p', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M', '%m/%d/%Y', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y'])
        when {{ text }} like '%-%-____%' then try_strptime({{ text }}, ['%d-%m-%Y %H:%M:%S', '%d-%m-%Y %H:%M', '%d-%m-%Y'])
        when {{ matches(text, '(19|20)[0-9]{6}') }} then try_strptime({{ text }}, '%Y%m%d')
    end)
{%- endmacro %}
