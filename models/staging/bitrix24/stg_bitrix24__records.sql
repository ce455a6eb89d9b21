with

people as (

    select * from {{ ref('stg_bitrix24__people') }}
    where is_latest

),

renamed as (

    select

        ---------- ids
        'bitrix24:' || entity || ':' || source_key as record_id,
        'bitrix24' as source,
        entity,
        source_key,

        ---------- person
        -- The column is titled `Имя, Фамилия`; some portals export the comma too.
        {{ blank_to_null("replace(full_name, ',', '')") }} as full_name,
        {{ blank_to_null('first_name') }} as given_name,
        {{ blank_to_null('second_name') }} as additional_name,
        {{ blank_to_null('last_name') }} as family_name,
        {{ gender('honorific') }} as gender,
        {{ parse_date('birth_date') }} as birth_date,
        {{ birth_year('birth_date') }} as birth_year,
        {{ birth_month('birth_date') }} as birth_month,
        {{ birth_day('birth_date') }} as birth_day,
        {{ blank_to_null('company') }} as company,
        {{ blank_to_null('job_title') }} as job_title,

        ---------- address
        nullif(concat_ws(', ', coalesce({{ blank_to_null('street') }}, {{ blank_to_null('address') }}), {{ blank_to_null('apartment') }}), '') as street,
        {{ blank_to_null('city') }} as locality,
        {{ blank_to_null('region') }} as region,
        {{ blank_to_null('postal_code') }} as postal_code,
        {{ country_code('country') }} as country_code,

        ---------- where from
        {{ blank_to_null('stage') }} as lifecycle_stage,
        coalesce({{ blank_to_null('utm_source') }}, {{ blank_to_null('origin') }}) as utm_source,
        {{ blank_to_null('utm_medium') }} as utm_medium,
        {{ blank_to_null('utm_campaign') }} as utm_campaign,

        ---------- timestamps
        source_created_at,
        source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), ['language']) }},

        ---------- the rest
        false as is_deleted,
        {{ extra_with(['comment', 'owner', 'district', 'fax', 'pager', 'origin']) }} as extra,
        {{ failed_casts({
            'birth_date': ['birth_date', 'coalesce(' ~ birth_year('birth_date') ~ ', ' ~ birth_month('birth_date') ~ ')'],
            'country_code': ['country', country_code('country')],
            'source_created_at': ['created_at', 'source_created_at'],
            'source_updated_at': ['modified_at', parse_timestamp('modified_at', 'bitrix24')],
            'personal_data_consent': ['personal_data_consent', parse_boolean('personal_data_consent')],
            'advertising_consent': ['advertising_consent', parse_boolean('advertising_consent')],
            'consent_at': ['consent_at', parse_timestamp('consent_at', 'bitrix24')],
        }) }} as failed_casts,
        _file_name as source_file_name,
        {{ lineage() }}

    from people

)

select * from renamed
