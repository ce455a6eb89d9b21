with

source as (

    select * from {{ source('shopify', 'orders') }}

),

-- The newest file that has an order has all of it: rows of an order in older files are older states of it.
ranked as (

    select
        source.*,
        ltrim({{ trimmed('name') }}, '''') as order_key,
        dense_rank() over (partition by ltrim({{ trimmed('name') }}, '''') order by _exported_at desc nulls last, _file_id desc) as file_rank,
        row_number() over (partition by ltrim({{ trimmed('name') }}, ''''), _file_id order by _line) as order_row,
        count(*) over (partition by ltrim({{ trimmed('name') }}, '''')) - count(*) over (partition by ltrim({{ trimmed('name') }}, ''''), _file_id) as superseded_count,
        coalesce({{ blank_to_null('lineitem_name') }}, {{ blank_to_null('lineitem_sku') }}, {{ blank_to_null('lineitem_quantity') }}) is not null as has_product
    from source
    where {{ blank_to_null('name') }} is not null

)

select * from ranked
where file_rank = 1
