{{ config(unique_key=['customer_id']) }}
select * from {{ ref('customers') }}
where {{ is_changed('customer_id') }}
