{{ config(unique_key=['customer_id', 'segment']) }}
select * from {{ ref('segment_conditions') }}
where {{ is_changed('customer_id') }}
