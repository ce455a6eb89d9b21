select
    action,
    left_record_id,
    right_record_id,
    is_evident
from {{ source('identity', 'override_outcomes') }}
where is_evident is not null
