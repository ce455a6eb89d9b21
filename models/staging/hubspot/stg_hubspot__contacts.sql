with

source as (

    select * from {{ source('hubspot', 'contacts') }}

),

keyed as (

    select
        source.*,
        coalesce({{ blank_to_null('record_id') }}, {{ content_key(['email', 'phone_number', 'mobile_phone_number', 'first_name', 'last_name']) }}) as source_key,
        {{ parse_timestamp('create_date', 'hubspot') }} as source_created_at,
        coalesce({{ parse_timestamp('last_modified_date', 'hubspot') }}, _exported_at) as source_updated_at,
        {{ parse_boolean('unsubscribed_from_all_email') }} as is_opted_out
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
