with

-- Trait by trait, the newest value somebody gave.
people as (

    select
        record_id,
        min(entity) as entity,
        min({{ opaque_key('source_key') }}) as source_key,
        {%- for column in ['full_name', 'given_name', 'additional_name', 'family_name', 'gender', 'birthday', 'language', 'locale', 'company', 'job_title', 'street', 'locality', 'region', 'postal_code', 'country', 'created_at', 'said'] %}
        {{ newest_value(column, 'version') }} as {{ column }},
        {%- endfor %}
        {%- for column in ['utm_source', 'utm_medium', 'utm_campaign'] %}
        min_by({{ column }}, version) filter (where utm_source is not null) as {{ column }},
        {%- endfor %}
        min(occurred_at) as first_seen_at,
        max(occurred_at) as source_updated_at,
        {%- for column in ['_file_name', '_file_id', '_line', '_load_id'] %}
        max_by({{ column }}, version) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_segment__traits') }}
    group by record_id

),

records as (

    select
        record_id, 'segment' as source, entity, source_key,
        full_name, given_name, additional_name, family_name,
        {{ gender('gender') }} as gender,
        {{ parse_date('birthday') }} as birth_date,
        {{ birth_year('birthday') }} as birth_year,
        {{ birth_month('birthday') }} as birth_month,
        {{ birth_day('birthday') }} as birth_day,
        coalesce({{ language_code('language') }}, {{ language_code('locale') }}) as language,
        company, job_title,
        street, locality, region, postal_code, {{ country_code('country') }} as country_code,
        {{ empty_columns(record_columns(), ['lifecycle_stage']) }},
        utm_source, utm_medium, utm_campaign,
        coalesce({{ parse_timestamp('created_at', 'segment') }}, first_seen_at) as source_created_at,
        source_updated_at,
        false as is_deleted,
        said as extra,
        {{ failed_casts({
            'gender': ['gender', gender('gender')],
            'birth_date': ['birthday', 'coalesce(' ~ birth_year('birthday') ~ ', ' ~ birth_month('birthday') ~ ')'],
            'country_code': ['country', country_code('country')],
            'source_created_at': ['created_at', parse_timestamp('created_at', 'segment')],
        }) }} as failed_casts,
        _file_name as source_file_name, _file_id, _line, _load_id
    from people

)

select * from records
