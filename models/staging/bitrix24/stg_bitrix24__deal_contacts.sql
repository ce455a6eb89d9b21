with

source as (

    select * from {{ source('bitrix24', 'deals') }}

),

contacts as (

    select
        {{ blank_to_null('contact_id') }} as id,
        contact_first_name as first_name,
        contact_second_name as second_name,
        contact_last_name as last_name,
        case when contact_first_name is null and contact_last_name is null and {{ bitrix24_id('contact') }} is null then contact end as full_name,
        contact_work_phone as work_phone,
        contact_mobile_phone as mobile_phone,
        contact_other_phone as other_phone,
        contact_work_email as work_email,
        contact_private_email as private_email,
        modified_at,
        id as deal_id,
        _file_id,
        _file_name,
        _exported_at,
        _line,
        _dlt_load_id
    from source

),

keyed as (

    select
        contacts.*,
        -- A name alone does not say who it is: without an id there must be a phone or an e-mail.
        coalesce(id, case
            when coalesce(work_phone, mobile_phone, other_phone, work_email, private_email) is not null
                then {{ content_key(['first_name', 'second_name', 'last_name', 'full_name', 'work_phone', 'mobile_phone', 'other_phone', 'work_email', 'private_email']) }}
        end) as contact_key
    from contacts

)

select * from keyed
where contact_key is not null
