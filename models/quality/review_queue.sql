select
    left_record_id,
    right_record_id,
    left_customer_id,
    right_customer_id,
    pair_count,
    match_weight,
    match_probability,
    reason,
    left_record_count,
    right_record_count,
    left_order_count,
    right_order_count,
    effect
from {{ source('identity', 'review_queue') }}
