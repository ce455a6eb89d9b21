{{ config(unique_key=['customer_id', 'segment']) }}
select customer_id, segment from {{ ref('segment_members') }}
