with

people as (

    select * from {{ ref('stg_vk_leads__people') }}

),

renamed as (

    select

        ---------- ids
        'vk_leads:form_lead:' || source_key as record_id,
        'vk_leads' as source,
        'form_lead' as entity,
        source_key,

        ---------- person
        full_name,
        given_name,
        additional_name,
        family_name,
        {{ parse_date('birth_date') }} as birth_date,
        {{ birth_year('birth_date') }} as birth_year,
        {{ birth_month('birth_date') }} as birth_month,
        {{ birth_day('birth_date') }} as birth_day,

        ---------- address
        locality,

        ---------- where from
        'vk' as utm_source,
        case when ad_id is null then 'social' else 'paid_social' end as utm_medium,

        ---------- timestamps
        submitted_at as source_created_at,
        source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), [
            'gender', 'language', 'company', 'job_title', 'street', 'region', 'postal_code', 'country_code', 'lifecycle_stage', 'utm_campaign',
        ]) }},

        ---------- the rest
        false as is_deleted,
        extra,
        {{ failed_casts({
            'birth_date': ['birth_date', 'coalesce(' ~ birth_year('birth_date') ~ ', ' ~ birth_month('birth_date') ~ ')'],
            'source_created_at': ['date_text', parse_timestamp('date_text', 'vk_leads')],
        }) }} as failed_casts,
        _file_name as source_file_name,
        {{ lineage() }}

    from people

)

select * from renamed
