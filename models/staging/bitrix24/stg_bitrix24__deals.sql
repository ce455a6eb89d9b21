with

source as (

    select * from {{ source('bitrix24', 'deals') }}

),

deal_contacts as (

    select distinct contact_key, _file_id, _line from {{ ref('stg_bitrix24__deal_contacts') }}

),

keyed as (

    select
        source.*,
        coalesce({{ blank_to_null('id') }}, {{ content_key(['title', 'source.created_at', 'amount']) }}) as source_key,
        coalesce('bitrix24:contact:' || deal_contacts.contact_key, 'bitrix24:lead:' || {{ bitrix24_id('lead_id') }}) as buyer_record_id,
        {{ parse_timestamp('source.created_at', 'bitrix24') }} as deal_created_at,
        {{ parse_timestamp('closed_at', 'bitrix24') }} as deal_closed_at,
        coalesce({{ parse_timestamp('modified_at', 'bitrix24') }}, _exported_at) as source_updated_at,
        {{ deal_status('stage') }} as status
    from source
    left join deal_contacts on source._file_id = deal_contacts._file_id and source._line = deal_contacts._line
    where {{ blank_to_null('id') }} is not null or {{ blank_to_null('title') }} is not null

),

ranked as (

    select
        keyed.*,
        row_number() over (partition by source_key order by {{ newest_first() }}) as version_rank,
        count(*) over (partition by source_key) as version_count
    from keyed

)

select * from ranked
where version_rank = 1
