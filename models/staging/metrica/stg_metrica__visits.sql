with

source as (

    select source.*, coalesce({{ parse_timestamp('date_time_utc') }}, {{ parse_timestamp('date_time', 'metrica') }}) as occurred_at
    from {{ source('metrica', 'visits') }} as source
    where visit_id is not null

),

latest as (

    {{ latest_per('source', 'visit_id', '_exported_at desc nulls last, _file_id desc nulls last, _line desc nulls last') }}

),

renamed as (

    select

        ---------- ids: unsigned 64-bit, so text
        visit_id,
        client_id,
        nullif({{ clickhouse_text('user_id') }}, '') as user_id,

        ---------- strings
        {{ clickhouse_text('start_url') }} as start_url,
        {{ clickhouse_text('referer') }} as referrer,
        last_traffic_source as traffic_source,
        {{ clickhouse_text(blank_to_null('utmsource')) }} as utm_source,
        {{ clickhouse_text(blank_to_null('utmmedium')) }} as utm_medium,
        {{ clickhouse_text(blank_to_null('utmcampaign')) }} as utm_campaign,
        device_category,
        region_country,
        region_city,
        purchase_id as purchase_ids,
        purchase_revenue as purchase_revenues,
        purchase_currency as purchase_currencies,

        ---------- numerics
        try_cast(page_views as bigint) as page_view_count,
        try_cast(visit_duration as bigint) as visit_seconds,

        ---------- timestamps
        coalesce(occurred_at, _exported_at) as occurred_at,
        {{ failed_casts({'occurred_at': ['coalesce(date_time_utc, date_time)', 'occurred_at']}) }} as failed_casts,
        _exported_at,
        _file_name,
        version_count,
        {{ lineage() }}

    from latest

)

select * from renamed
