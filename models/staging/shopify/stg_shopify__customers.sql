with

source as (

    select * from {{ source('shopify', 'customers') }}

),

keyed as (

    select
        source.*,
        coalesce(ltrim({{ blank_to_null('customer_id') }}, ''''), {{ buyer_key('email', 'phone', "concat_ws(' ', first_name, last_name)") }}) as source_key,
        {{ parse_timestamp('created_at', 'shopify') }} as source_created_at,
        coalesce({{ parse_timestamp('updated_at', 'shopify') }}, _exported_at) as source_updated_at,
        {{ parse_boolean('accepts_email_marketing') }} as is_email_accepted,
        {{ parse_boolean('accepts_sms_marketing') }} as is_sms_accepted
    from source

),

versioned as (

    select
        keyed.*,
        row_number() over (partition by source_key order by {{ newest_first() }}) = 1 as is_latest
    from keyed
    where source_key is not null

)

select * from versioned
