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

        ---------- address
        city as locality,

        ---------- timestamps
        first_order_at as source_created_at,
        last_order_at as source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), [
            'given_name', 'additional_name', 'family_name', 'gender', 'birth_date', 'birth_year', 'birth_month', 'birth_day', 'language',
            'company', 'job_title', 'street', 'region', 'postal_code', 'country_code', 'lifecycle_stage', 'utm_source', 'utm_medium',
            'utm_campaign', 'failed_casts',
        ]) }},

        ---------- the rest
        false as is_deleted,
        _extra as extra,
        _file_name as source_file_name,
        {{ lineage() }}

    from buyers

)

select * from renamed
