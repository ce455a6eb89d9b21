select
    person_id as record_id,
    'segment:user:' || {{ opaque_key('previous_id') }} as linked_record_id,
    'alias' as reason,
    min(occurred_at) as declared_at
from {{ ref('stg_segment__messages') }}
where message_type = 'alias' and user_id is not null and previous_id is not null and previous_id <> user_id
group by person_id, previous_id
