with

buyers as (

    select * from {{ ref('stg_orders__buyers') }}

),

renamed as (

    select

        ---------- ids
        buyer_record_id as record_id,
        'orders' as source,
        entity,
        source_key,

        ---------- person
        full_name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as additional_name,
        cast(null as varchar) as family_name,
        cast(null as varchar) as gender,
        cast(null as date) as birth_date,
        cast(null as integer) as birth_year,
        cast(null as integer) as birth_month,
        cast(null as integer) as birth_day,
        cast(null as varchar) as language,
        cast(null as varchar) as company,
        cast(null as varchar) as job_title,

        ---------- address
        cast(null as varchar) as street,
        city as locality,
        cast(null as varchar) as region,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as country_code,

        ---------- where from
        cast(null as varchar) as lifecycle_stage,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as utm_campaign,

        ---------- timestamps
        first_order_at as source_created_at,
        last_order_at as source_updated_at,

        ---------- the rest
        false as is_deleted,
        _extra as extra,
        cast(null as varchar) as failed_casts,
        _file_name as source_file_name,
        {{ lineage() }}

    from buyers

)

select * from renamed
