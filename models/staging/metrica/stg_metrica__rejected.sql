select
    'metrica' as source, 'visits' as table_name, _file_id, _line, 'no visitID' as reason
from {{ source('metrica', 'visits') }}
where visit_id is null
union all
select
    'metrica' as source, 'hits' as table_name, _file_id, _line, 'no watchID' as reason
from {{ source('metrica', 'hits') }}
where watch_id is null
