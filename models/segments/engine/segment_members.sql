select
    customer_id,
    segment,
    {{ run_at() }} as evaluated_at
from {{ ref('segment_conditions') }}
where is_member
