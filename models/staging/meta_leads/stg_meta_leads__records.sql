with

leads as (

    select * from {{ ref('stg_meta_leads__leads') }}

),

renamed as (

    select

        ---------- ids
        'meta_leads:form_lead:' || source_key as record_id,
        'meta_leads' as source,
        'form_lead' as entity,
        source_key,

        ---------- person
        full_name,
        first_name as given_name,
        last_name as family_name,
        {{ parse_date('date_of_birth') }} as birth_date,
        {{ birth_year('date_of_birth') }} as birth_year,
        {{ birth_month('date_of_birth') }} as birth_month,
        {{ birth_day('date_of_birth') }} as birth_day,

        ---------- address
        city as locality,

        ---------- where from
        lead_status as lifecycle_stage,
        case lower(platform) when 'fb' then 'facebook' when 'ig' then 'instagram' else lower(platform) end as utm_source,
        case when is_organic then 'social' else 'paid_social' end as utm_medium,
        campaign_name as utm_campaign,

        ---------- timestamps
        submitted_at as source_created_at,
        source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), [
            'additional_name', 'gender', 'language', 'company', 'job_title', 'street', 'region', 'postal_code', 'country_code',
        ]) }},

        ---------- the rest
        false as is_deleted,
        _extra as extra,
        {{ failed_casts({
            'birth_date': ['date_of_birth', 'coalesce(' ~ birth_year('date_of_birth') ~ ', ' ~ birth_month('date_of_birth') ~ ')'],
            'source_created_at': ['created_time', parse_timestamp('created_time', 'meta_leads')],
        }) }} as failed_casts,
        _file_name as source_file_name,
        {{ lineage() }}

    from leads

)

select * from renamed
