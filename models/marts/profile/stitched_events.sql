select
    int_events.*,
    owners.customer_id,
    owners.stitched_by
from {{ ref('int_events') }} as int_events
inner join {{ ref('event_owners') }} as owners
    on int_events.record_id is not distinct from owners.record_id and int_events.user_id is not distinct from owners.user_id
    and int_events.subject_type is not distinct from owners.subject_type and int_events.value is not distinct from owners.value
