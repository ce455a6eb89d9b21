with

documents as (

    select * from {{ ref('stg_vk_leads__documents') }}

),

keyed as (

    select
        documents.*,
        coalesce(lead_id, md5(lead)) as source_key,
        coalesce({{ parse_timestamp('date_text', 'vk_leads') }}, _exported_at) as submitted_at,
        _exported_at as source_updated_at
    from documents
    where lead_id is not null or len(answers) > 0

),

ranked as (

    select
        keyed.*,
        row_number() over (partition by source_key order by {{ newest_first() }}, md5(lead)) as version_rank,
        count(*) over (partition by source_key) as version_count
    from keyed

)

select * from ranked
where version_rank = 1
