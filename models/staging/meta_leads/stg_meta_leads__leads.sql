{%- set prefixed = ['id', 'ad_id', 'adset_id', 'campaign_id', 'form_id', 'phone_number'] -%}
{%- set others = ['ad_name', 'adset_name', 'campaign_name', 'form_name', 'platform', 'full_name', 'first_name', 'last_name', 'email', 'city', 'date_of_birth', 'marketing_consent', 'lead_status'] -%}
with

source as (

    select * from {{ source('meta_leads', 'leads') }}

),

unprefixed as (

    select
        {% for column in prefixed -%}
            {{ meta_value(column) }} as {{ column }},
        {% endfor %}
        {% for column in others -%}
            {{ blank_to_null(column) }} as {{ column }},
        {% endfor %}
        created_time,
        {{ parse_boolean('is_organic') }} as is_organic,
        _extra, _file_id, _file_name, _exported_at, _line, _dlt_load_id
    from source

),

keyed as (

    select
        unprefixed.*,
        coalesce(id, {{ content_key(['phone_number', 'email', 'full_name', 'first_name', 'last_name']) }}) as source_key,
        coalesce({{ parse_timestamp('created_time', 'meta_leads') }}, _exported_at) as submitted_at,
        coalesce({{ parse_boolean('marketing_consent') }}, regexp_matches(lower(marketing_consent), '^(да|yes|i agree|соглас)')) as is_consent_given,
        _exported_at as source_updated_at,
        concat_ws(' ', full_name, first_name, last_name, phone_number, email) like '%<test lead%' as is_test
    from unprefixed

),

ranked as (

    select
        keyed.*,
        row_number() over (partition by source_key order by {{ newest_first() }}) as version_rank,
        count(*) over (partition by source_key) as version_count
    from keyed
    where source_key is not null and not is_test

)

select * from ranked
where version_rank = 1
