select identifier_type, value, record_count, holder_count, is_junk
from {{ ref('int_identifier_holders') }}
where is_shared
