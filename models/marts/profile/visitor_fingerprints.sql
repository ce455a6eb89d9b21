{{ config(materialized='fingerprints', key='visitor_id') }}

select value as visitor_id, sum(hash(hash(subject_type, content))) as fingerprint
from {{ ref('event_owners') }}
where customer_id is null and {{ is_visitor() }}
group by value
