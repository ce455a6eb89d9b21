with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}
    where is_latest and merged_object_ids is not null

),

merged as (

    select
        source_key,
        source_updated_at,
        _file_id,
        _line,
        _dlt_load_id,
        {{ each_of(cell_values('merged_object_ids')) }} as merged_value
    from contacts

),

-- HubSpot writes an id, or an id and the time of the merge: `46897301:1617298367000`.
links as (

    select
        'hubspot:contact:' || source_key as record_id,
        'hubspot:contact:' || trim(split_part(merged_value, ':', 1)) as linked_record_id,
        'merged' as reason,
        coalesce({{ parse_timestamp("split_part(merged_value, ':', 2)") }}, source_updated_at) as declared_at,
        'hubspot' as source,
        {{ lineage() }}
    from merged
    where trim(split_part(merged_value, ':', 1)) not in ('', source_key)

),

numbered as (

    select links.*, row_number() over (partition by record_id, linked_record_id order by declared_at, _file_id, _line) as mention
    from links

)

select record_id, linked_record_id, reason, declared_at, source, _file_id, _line, _load_id
from numbered
where mention = 1
