with

source as (

    select source.*, coalesce({{ parse_timestamp('date_time_utc') }}, {{ parse_timestamp('date_time', 'metrica') }}) as occurred_at
    from {{ source('metrica', 'hits') }} as source
    where watch_id is not null

),

latest as (

    {{ latest_per('source', 'watch_id', '_exported_at desc nulls last, _file_id desc nulls last, _line desc nulls last') }}

),

renamed as (

    select

        ---------- ids: unsigned 64-bit, so text
        watch_id,
        client_id,

        ---------- strings
        {{ clickhouse_text('url') }} as url,
        {{ clickhouse_text('title') }} as title,
        {{ clickhouse_text('referer') }} as referrer,
        {{ clickhouse_text(blank_to_null('utmsource')) }} as utm_source,
        {{ clickhouse_text(blank_to_null('utmmedium')) }} as utm_medium,
        {{ clickhouse_text(blank_to_null('utmcampaign')) }} as utm_campaign,
        device_category,
        region_city,
        nullif(goals_id, '[]') as goal_ids,

        ---------- booleans
        coalesce({{ parse_boolean('is_page_view') }}, false) as is_page_view,

        ---------- timestamps
        coalesce(occurred_at, _exported_at) as occurred_at,
        version_count,
        {{ lineage() }}

    from latest

)

select * from renamed
