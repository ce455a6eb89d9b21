with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}
    where is_latest

),

renamed as (

    select

        ---------- ids
        'hubspot:contact:' || source_key as record_id,
        'hubspot' as source,
        'contact' as entity,
        source_key,

        ---------- person
        {{ blank_to_null('first_name') }} as given_name,
        {{ blank_to_null('last_name') }} as family_name,
        {{ gender('gender') }} as gender,
        {{ parse_date('date_of_birth') }} as birth_date,
        {{ birth_year('date_of_birth') }} as birth_year,
        {{ birth_month('date_of_birth') }} as birth_month,
        {{ birth_day('date_of_birth') }} as birth_day,
        {{ language_code('preferred_language') }} as language,
        {{ blank_to_null('company_name') }} as company,
        {{ blank_to_null('job_title') }} as job_title,

        ---------- address
        {{ blank_to_null('street_address') }} as street,
        {{ blank_to_null('city') }} as locality,
        {{ blank_to_null('state_region') }} as region,
        {{ blank_to_null('postal_code') }} as postal_code,
        {{ country_code('country_region') }} as country_code,

        ---------- where from
        {{ blank_to_null('lifecycle_stage') }} as lifecycle_stage,
        {{ blank_to_null('original_source') }} as utm_source,

        ---------- timestamps
        source_created_at,
        source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), ['full_name', 'additional_name', 'utm_medium', 'utm_campaign']) }},

        ---------- the rest
        false as is_deleted,
        {{ extra_with(['lead_status', 'marketing_contact_status', 'contact_owner', 'last_activity_date', 'legal_basis']) }} as extra,
        {{ failed_casts({
            'birth_date': ['date_of_birth', 'coalesce(' ~ birth_year('date_of_birth') ~ ', ' ~ birth_month('date_of_birth') ~ ')'],
            'gender': ['gender', gender('gender')],
            'country_code': ['country_region', country_code('country_region')],
            'language': ['preferred_language', language_code('preferred_language')],
            'source_created_at': ['create_date', 'source_created_at'],
            'source_updated_at': ['last_modified_date', parse_timestamp('last_modified_date', 'hubspot')],
            'is_opted_out': ['unsubscribed_from_all_email', 'is_opted_out'],
        }) }} as failed_casts,
        _file_name as source_file_name,
        {{ lineage() }}

    from contacts

)

select * from renamed
