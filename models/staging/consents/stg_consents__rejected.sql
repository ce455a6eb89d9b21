select
    'consents' as source,
    'statements' as table_name,
    _file_id,
    _line,
    problem as reason
from {{ ref('stg_consents__statements') }}
where problem is not null
