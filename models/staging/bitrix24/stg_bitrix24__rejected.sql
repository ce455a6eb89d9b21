with

rejected as (

    select 'contacts' as table_name, _file_id, _line, 'no ID, name, phone or e-mail' as reason
    from {{ source('bitrix24', 'contacts') }}
    where {{ blank_to_null('id') }} is null and {{ bitrix24_person_key() }} is null

    union all

    select 'leads', _file_id, _line, 'no ID, name, phone or e-mail'
    from {{ source('bitrix24', 'leads') }}
    where {{ blank_to_null('id') }} is null and {{ bitrix24_person_key() }} is null

    union all

    select 'deals', _file_id, _line, 'no ID and no deal name'
    from {{ source('bitrix24', 'deals') }}
    where {{ blank_to_null('id') }} is null and {{ blank_to_null('title') }} is null

)

select 'bitrix24' as source, rejected.* from rejected
