with

people as (

    select * from {{ ref('stg_bitrix24__people') }}
    where is_latest and bitrix24_lead_id is not null and bitrix24_contact_id is not null

),

-- The lead may name its contact, the contact its lead, or both: one link.
links as (

    select
        'bitrix24:lead:' || bitrix24_lead_id as record_id,
        'bitrix24:contact:' || bitrix24_contact_id as linked_record_id,
        'lead_converted' as reason,
        source_updated_at as declared_at,
        'bitrix24' as source,
        {{ lineage() }},
        row_number() over (partition by bitrix24_lead_id, bitrix24_contact_id order by source_updated_at, _file_id, _line) as mention
    from people

)

select record_id, linked_record_id, reason, declared_at, source, _file_id, _line, _load_id
from links
where mention = 1
