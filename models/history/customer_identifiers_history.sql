{{ config(unique_key=["customer_id", "identifier_type", "value"]) }}
select * from {{ ref('customer_identifiers') }}
where {{ is_changed('customer_id') }}
