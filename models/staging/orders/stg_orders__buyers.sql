{%- set cells = ['full_name', 'email', 'phone', 'card_number', 'city'] -%}
with

orders as (

    select * from {{ ref('stg_orders__order_headers') }}
    where source_key is not null

),

timed as (

    select
        orders.*,
        coalesce(ordered_at_utc, _exported_at) as bought_at
    from orders

),

-- Each cell from the newest order that fills it: a receipt without an e-mail does not erase the e-mail.
buyers as (

    select
        buyer_record_id, entity, source_key, max(customer_id) as customer_id
        {%- for cell in cells %},
        max_by({{ cell }}, concat_ws('|', cast(bought_at as varchar), order_key)) filter (where {{ cell }} is not null) as {{ cell }}
        {%- endfor %},
        min(bought_at) as first_order_at,
        max(bought_at) as last_order_at,
        max(concat_ws('|', cast(bought_at as varchar), order_key)) as last_order
    from timed
    group by buyer_record_id, entity, source_key

)

select
    buyers.*,
    timed._extra,
    timed._file_name,
    timed._file_id,
    timed._line,
    timed._dlt_load_id
from buyers
inner join timed
    on buyers.buyer_record_id = timed.buyer_record_id
        and buyers.last_order = concat_ws('|', cast(timed.bought_at as varchar), timed.order_key)
