{{ config(unique_key=['customer_id', 'segment']) }}
-- What `segment_members` says, by customer.
select customer_id, segment from {{ ref('segment_conditions') }}
where is_member and {{ is_changed('customer_id') }}
