{%- set cells = ['ordered_at', 'status', 'customer_id', 'card_number', 'full_name', 'email', 'phone', 'city', 'currency', 'promo_code', 'store'] -%}
with

order_rows as (

    select
        {% for cell in cells -%}
            {{ blank_to_null(cell) }} as {{ cell }},
        {% endfor -%}
        order_key, order_id, parsed_discount, parsed_amount, failed_numbers, _extra, _file_id, _file_name, _exported_at, _line, _dlt_load_id
    from {{ ref('stg_orders__order_rows') }}

),

-- Order cells stand on every line, or on the first only.
headers as (

    select
        order_key
        {%- for cell in cells %},
        {{ first_in_file(cell) }} as {{ cell }}
        {%- endfor %},
        {{ first_in_file('_extra') }} as _extra,
        max(parsed_amount) as stated_amount,
        sum(parsed_discount) as discount_amount,
        max(failed_numbers) as failed_numbers,
        min(_line) as _line,
        min(_file_id) as _file_id,
        min(_file_name) as _file_name,
        min(_exported_at) as _exported_at,
        min(_dlt_load_id) as _dlt_load_id
    from order_rows
    group by order_key

),

keyed as (

    select
        headers.*,
        {{ parse_timestamp('ordered_at', 'orders') }} as ordered_at_utc,
        case when customer_id is not null then 'customer' when card_number is not null then 'card' else 'buyer' end as entity,
        coalesce({{ opaque_key('customer_id') }}, {{ opaque_key('card_number') }}, {{ buyer_key('email', 'phone', 'full_name') }}) as source_key
    from headers

)

select
    keyed.*,
    'orders:' || entity || ':' || source_key as buyer_record_id
from keyed
