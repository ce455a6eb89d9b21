with

versions as (

    select record_key, updated_at, file_id from (values
        ('a', timestamp '2025-01-01 00:00:00', 'f1'),
        ('a', timestamp '2025-02-01 00:00:00', 'f2'),
        ('b', null, 'f1'),
        ('b', timestamp '2024-01-01 00:00:00', 'f0')
    ) as literal_rows (record_key, updated_at, file_id)

),

latest as (

    {{ latest_per('versions', 'record_key', 'updated_at desc nulls last, file_id desc') }}

),

expected as (

    select 'a' as record_key, 'f2' as file_id, 2 as version_count
    union all
    select 'b', 'f0', 2

)

(select record_key, file_id, version_count from latest except select record_key, file_id, version_count from expected)
union all
(select record_key, file_id, version_count from expected except select record_key, file_id, version_count from latest)
