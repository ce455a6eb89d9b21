with

files as (

    select * from {{ source('landing', 'files') }}

),

raw_rows as (

    {% for schema, table in raw_tables() -%}
    select '{{ schema[4:] }}' as source, '{{ table }}' as table_name, _file_id, count(*) as rows_in_raw from {{ schema }}.{{ table }} group by _file_id
    union all
    {% endfor -%}
    select cast(null as string) as source, cast(null as string) as table_name, cast(null as string) as _file_id, cast(null as bigint) as rows_in_raw where false

),

quarantined as (

    select source, file_id, count(*) as rows_in_quarantine
    from {{ source('landing', 'quarantine') }}
    group by source, file_id

),

staged as (

    select source, _file_id, count(*) as records_staged from {{ ref('int_source_records') }} group by source, _file_id

)

select
    files.source,
    files.table_name,
    files.file_id,
    files.file_name,
    files.status,
    files.rows_read,
    files.rows_loaded,
    files.rows_quarantined,
    coalesce(files.rows_erased, 0) as rows_erased,
    coalesce(raw_rows.rows_in_raw, 0) as rows_in_raw,
    coalesce(quarantined.rows_in_quarantine, 0) as rows_in_quarantine,
    coalesce(staged.records_staged, 0) as records_staged,
    files.rows_read - coalesce(raw_rows.rows_in_raw, 0) - coalesce(quarantined.rows_in_quarantine, 0) - coalesce(files.rows_erased, 0) as difference
from files
left join raw_rows on files.source = raw_rows.source and files.table_name = raw_rows.table_name and files.file_id = raw_rows._file_id
left join quarantined on files.source = quarantined.source and files.file_id = quarantined.file_id
left join staged on files.source = staged.source and files.file_id = staged._file_id
