{{ config(unique_key=['customer_id', 'purpose', 'channel']) }}
select * from {{ ref('consents') }}
where {{ is_changed('customer_id') }}
