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
        'ga4:user:' || {{ opaque_key('user_id') }} as record_id,
        'ga4' as source,
        'user' as entity,
        {{ opaque_key('user_id') }} as source_key,

        ---------- person
        {{ language_code('device_language') }} as language,

        ---------- where from
        first_source as utm_source,
        first_medium as utm_medium,
        first_campaign as utm_campaign,

        ---------- timestamps
        first_seen_at as source_created_at,
        occurred_at as source_updated_at,

        ---------- not said here: where a device was is not where a person lives
        {{ empty_columns(record_columns(), [
            'full_name', 'given_name', 'additional_name', 'family_name', 'gender', 'birth_date', 'birth_year', 'birth_month', 'birth_day',
            'company', 'job_title', 'street', 'locality', 'region', 'postal_code', 'country_code', 'lifecycle_stage', 'failed_casts',
        ]) }},

        ---------- the rest
        false as is_deleted,
        {{ json_object_text({'last_country': 'geo_country', 'last_city': 'geo_city'}) }} as extra,
        _file_name as source_file_name,
        _file_id,
        _line,
        _load_id

    from signed_in
    where version_rank = 1

)

select * from users
