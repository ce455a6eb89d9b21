{# The region of a source's phone numbers that carry no country code: an SQL literal, null where numbers must carry it. #}
{% macro phone_region(source) -%}
    {%- set region = var("phone_regions", {}).get(source) -%}
    {{ "'" ~ region ~ "'" if region else "cast(null as varchar)" }}
{%- endmacro %}

{# Names of the columns whose raw text says something while their typed value is null: `{'birth_date': ['raw', 'typed']}`. #}
{% macro failed_casts(columns) -%}
    nullif(concat_ws(',',
        {%- for name, (raw, typed) in columns.items() %}
        case when {{ blank_to_null(raw) }} is not null and ({{ typed }}) is null then '{{ name }}' end{{ ',' if not loop.last }}
        {%- endfor %}
    ), '')
{%- endmacro %}

{# The first row per key, with two columns more: `version_rank` (always 1) and `version_count`. `order_by` must end in a unique tie-break. #}
{% macro latest_per(relation_or_cte, key, order_by) -%}
    select * from (
        select
            versions.*,
            row_number() over (partition by {{ key }} order by {{ order_by }}) as version_rank,
            -- Over the same window, so that the rows are sorted once.
            count(*) over (partition by {{ key }} order by {{ order_by }} rows between unbounded preceding and unbounded following) as version_count
        from {{ relation_or_cte }} as versions
    ) as ranked_versions
    where version_rank = 1
{%- endmacro %}

{# The same, for rows of many sources: looked up by the column that names the source. #}
{% macro region_of_source(source_column) -%}
    (case {{ source_column }}
        {%- for source, region in var("phone_regions", {}).items() %} when '{{ source }}' then '{{ region }}'{% endfor %}
    end)
{%- endmacro %}

{# What `parse_phone` is told: the region of the number's source, then the var `phone_region_fallbacks`; null where numbers must carry their country code. #}
{% macro regions_to_try(region_column) -%}
    (nullif({{ region_column }}, ''){% for region in var("phone_region_fallbacks", []) %} || ',{{ region }}'{% endfor %})
{%- endmacro %}
