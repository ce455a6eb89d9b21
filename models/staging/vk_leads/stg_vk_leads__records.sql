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
        cast(null as varchar) as gender,
        {{ parse_date('birth_date') }} as birth_date,
        {{ birth_year('birth_date') }} as birth_year,
        {{ birth_month('birth_date') }} as birth_month,
        {{ birth_day('birth_date') }} as birth_day,
        cast(null as varchar) as language,
        cast(null as varchar) as company,
        cast(null as varchar) as job_title,

        ---------- address
        cast(null as varchar) as street,
        locality,
        cast(null as varchar) as region,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as country_code,

        ---------- where from
        cast(null as varchar) as lifecycle_stage,
        'vk' as utm_source,
        case when ad_id is null then 'social' else 'paid_social' end as utm_medium,
        cast(null as varchar) as utm_campaign,

        ---------- timestamps
        submitted_at as source_created_at,
        source_updated_at,

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
