select identifier_type, value, junk_reason, record_count, holder_count
from {{ ref('int_identifier_holders') }}
where is_junk
