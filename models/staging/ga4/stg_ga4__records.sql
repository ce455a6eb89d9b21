with

signed_in as (

    select
        *,
        min(occurred_at) over (partition by user_id) as first_seen_at,
        row_number() over (partition by user_id order by occurred_at desc, event_id desc) as version_rank
    from {{ ref('stg_ga4__current_events') }}
    where user_id is not null

),

users as (

    select

        ---------- ids
        'ga4:user:' || user_id as record_id,
        'ga4' as source,
        'user' as entity,
        user_id as source_key,

        ---------- person
        cast(null as varchar) as full_name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as additional_name,
        cast(null as varchar) as family_name,
        cast(null as varchar) as gender,
        cast(null as date) as birth_date,
        cast(null as integer) as birth_year,
        cast(null as integer) as birth_month,
        cast(null as integer) as birth_day,
        {{ language_code('device_language') }} as language,
        cast(null as varchar) as company,
        cast(null as varchar) as job_title,

        ---------- address: where a device was is not where a person lives
        cast(null as varchar) as street,
        cast(null as varchar) as locality,
        cast(null as varchar) as region,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as country_code,

        ---------- where from
        cast(null as varchar) as lifecycle_stage,
        first_source as utm_source,
        first_medium as utm_medium,
        first_campaign as utm_campaign,

        ---------- timestamps
        first_seen_at as source_created_at,
        occurred_at as source_updated_at,

        ---------- the rest
        false as is_deleted,
        {{ json_object_text({'last_country': 'geo_country', 'last_city': 'geo_city'}) }} as extra,
        cast(null as varchar) as failed_casts,
        _file_name as source_file_name,
        _file_id,
        _line,
        _load_id

    from signed_in
    where version_rank = 1

)

select * from users
