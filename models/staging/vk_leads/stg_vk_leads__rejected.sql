select
    'vk_leads' as source,
    'leads' as table_name,
    _file_id,
    _line,
    case when leads_in_document = 0 then 'no list of leads in this document' else 'no lead_id and no answers' end as reason
from {{ ref('stg_vk_leads__documents') }}
where lead_id is null and coalesce(len(answers), 0) = 0 and not is_empty_page
