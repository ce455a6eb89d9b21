with

orders as (

    select
        buyer_record_id as record_id,
        customer_id as user_id,
        card_number,
        email,
        phone,
        {{ phone_region('orders') }} as phone_region,
        coalesce(ordered_at_utc, _exported_at) as first_seen_at
    from {{ ref('stg_orders__order_headers') }}
    where buyer_record_id is not null

),

-- From every order, not the newest only: an account keeps the phones and cards it has ever used.
identifiers as (

    {{ identifiers_from('orders', 'orders', [
        {'type': 'user_id', 'column': 'user_id', 'verified': 'true'},
        {'type': 'loyalty_card', 'column': 'card_number'},
        {'type': 'email', 'column': 'email'},
        {'type': 'phone', 'column': 'phone'},
    ]) }}

)

select * from identifiers
