with

contacts as (

    select
        'contacts' as table_name,
        _file_id,
        _line,
        'no Record ID, e-mail, phone or name' as reason
    from {{ source('hubspot', 'contacts') }}
    where {{ blank_to_null('record_id') }} is null
        and {{ content_key(['email', 'phone_number', 'mobile_phone_number', 'first_name', 'last_name']) }} is null

),

deals as (

    select
        'deals' as table_name,
        _file_id,
        _line,
        'no Record ID and no deal name' as reason
    from {{ source('hubspot', 'deals') }}
    where {{ blank_to_null('record_id') }} is null and {{ content_key(['deal_name']) }} is null

),

rejected as (

    select * from contacts
    union all
    select * from deals

)

select 'hubspot' as source, rejected.* from rejected
