with

people as (

    select
        'customer' as entity, source_key, cast(null as varchar) as full_name, first_name, last_name, company,
        concat_ws(', ', {{ blank_to_null('address1') }}, {{ blank_to_null('address2') }}) as street,
        city, province_code as region, zip, country_code as country, source_created_at, source_updated_at,
        {{ extra_with(['total_spent', 'total_orders', 'note', 'tags', 'tax_exempt']) }} as extra,
        {{ failed_casts({
            'country_code': ['country_code', country_code('country_code')],
            'is_email_accepted': ['accepts_email_marketing', 'is_email_accepted'],
            'is_sms_accepted': ['accepts_sms_marketing', 'is_sms_accepted'],
        }) }} as failed_casts,
        _file_name, {{ lineage() }}
    from {{ ref('stg_shopify__customers') }}
    where is_latest

    union all

    select
        entity, source_key, full_name, null, null, billing_company,
        coalesce({{ blank_to_null('billing_street') }}, {{ blank_to_null('billing_address1') }}, {{ blank_to_null('shipping_street') }}, {{ blank_to_null('shipping_address1') }}),
        coalesce({{ blank_to_null('billing_city') }}, shipping_city), coalesce({{ blank_to_null('billing_province') }}, shipping_province),
        coalesce({{ blank_to_null('billing_zip') }}, shipping_zip), coalesce({{ blank_to_null('billing_country') }}, shipping_country), first_order_at, ordered_at,
        {{ extra_with(['note_attributes']) }},
        cast(null as varchar),
        _file_name, {{ lineage() }}
    from {{ ref('stg_shopify__buyers') }}

),

renamed as (

    select

        ---------- ids
        'shopify:' || entity || ':' || source_key as record_id,
        'shopify' as source,
        entity,
        source_key,

        ---------- person
        full_name,
        {{ blank_to_null('first_name') }} as given_name,
        cast(null as varchar) as additional_name,
        {{ blank_to_null('last_name') }} as family_name,
        cast(null as varchar) as gender,
        cast(null as date) as birth_date,
        cast(null as integer) as birth_year,
        cast(null as integer) as birth_month,
        cast(null as integer) as birth_day,
        cast(null as varchar) as language,
        {{ blank_to_null('company') }} as company,
        cast(null as varchar) as job_title,

        ---------- address
        {{ blank_to_null('street') }} as street,
        {{ blank_to_null('city') }} as locality,
        {{ blank_to_null('region') }} as region,
        ltrim({{ blank_to_null('zip') }}, '''') as postal_code,
        {{ country_code('country') }} as country_code,

        ---------- where from
        cast(null as varchar) as lifecycle_stage,
        cast(null as varchar) as utm_source,
        cast(null as varchar) as utm_medium,
        cast(null as varchar) as utm_campaign,

        ---------- timestamps
        source_created_at,
        source_updated_at,

        ---------- the rest
        false as is_deleted,
        extra,
        failed_casts,
        _file_name as source_file_name,
        _file_id,
        _line,
        _load_id

    from people

)

select * from renamed
