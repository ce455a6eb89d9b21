{{ config(unique_key=['customer_id', 'attribute', 'value_rank']) }}
select * from {{ ref('customer_attributes') }}
where {{ is_changed('customer_id') }}
