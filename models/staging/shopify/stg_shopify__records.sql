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
        {{ blank_to_null('last_name') }} as family_name,
        {{ blank_to_null('company') }} as company,

        ---------- address
        {{ blank_to_null('street') }} as street,
        {{ blank_to_null('city') }} as locality,
        {{ blank_to_null('region') }} as region,
        ltrim({{ blank_to_null('zip') }}, '''') as postal_code,
        {{ country_code('country') }} as country_code,

        ---------- timestamps
        source_created_at,
        source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), [
            'additional_name', 'gender', 'birth_date', 'birth_year', 'birth_month', 'birth_day', 'language', 'job_title', 'lifecycle_stage',
            'utm_source', 'utm_medium', 'utm_campaign',
        ]) }},

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
