with

source as (

    select * from {{ source('vk_leads', 'leads') }}

),

documents as (

    select * from {{ ref('stg_vk_leads__documents') }}

),

rejected as (

    select 'vk_leads' as source, 'leads' as table_name, _file_id, _line, 'no lead_id and no answers' as reason
    from documents
    where lead_id is null and len(answers) = 0

    union all

    -- A page without leads is a fact, not a fault; anything else that holds none is.
    select 'vk_leads', 'leads', source._file_id, source._line, 'no list of leads in this document'
    from source
    left join documents on source._file_id = documents._file_id and source._line = documents._line
    where documents._file_id is null
        and {{ json_text('source.payload', 'response.leads') }} is null
        and {{ json_text('source.payload', 'leads') }} is null

)

select * from rejected
