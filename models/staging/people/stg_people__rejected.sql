with

rejected as (

    select 'people' as source, 'people' as table_name, _file_id, _line, 'no record id' as reason
    from {{ source('people', 'people') }}
    where {{ blank_to_null('record_id') }} is null

)

select * from rejected
