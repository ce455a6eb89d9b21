with

in_raw as (

    select source, table_name, sum(rows_in_raw) as rows_in_raw
    from {{ ref('row_reconciliation') }}
    where table_name is not null
    group by source, table_name

),

-- A raw row that holds several things counts for each of them, one that holds none for one.
envelopes as (

    select 'esp' as source, case when provider = 'sendgrid' then 'sendgrid_events' else 'unisender_events' end as table_name, _file_id, _line, events_in_body as thing_count
    from {{ ref('stg_esp__provider_events') }}

    union

    select 'vk_leads', 'leads', _file_id, _line, leads_in_document
    from {{ ref('stg_vk_leads__documents') }}

),

held as (

    select envelopes.source, envelopes.table_name, sum(envelopes.thing_count - 1) as more_things
    from envelopes
    inner join {{ source('landing', 'files') }} as files on envelopes.source = files.source and envelopes._file_id = files.file_id and files.status = 'loaded'
    where envelopes.thing_count > 1
    group by envelopes.source, envelopes.table_name

),

outcomes as (

    select
        source, table_name, shape,
        sum(case when is_staged then row_count else 0 end) as staged,
        sum(case when is_staged then 0 else row_count end) as left_out
    from {{ ref('staging_outcomes') }}
    group by source, table_name, shape

)

select
    coalesce(outcomes.source, in_raw.source) as source,
    coalesce(outcomes.table_name, in_raw.table_name) as table_name,
    outcomes.shape,
    cast(coalesce(in_raw.rows_in_raw, 0) as bigint) as rows_in_raw,
    cast(coalesce(in_raw.rows_in_raw, 0) + coalesce(held.more_things, 0) as bigint) as things_in_raw,
    cast(outcomes.staged as bigint) as rows_staged,
    cast(outcomes.left_out as bigint) as rows_left_out,
    cast(coalesce(in_raw.rows_in_raw, 0) + coalesce(held.more_things, 0) - outcomes.staged - outcomes.left_out as bigint) as difference
from outcomes
full join in_raw on outcomes.source = in_raw.source and outcomes.table_name = in_raw.table_name
left join held on in_raw.source = held.source and in_raw.table_name = held.table_name
