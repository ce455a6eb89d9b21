with

signed_in as (

    select
        *,
        min(occurred_at) over (partition by user_id) as first_seen_at,
        row_number() over (partition by user_id order by occurred_at desc, visit_id desc) as version_rank
    from {{ ref('stg_metrica__visits') }}
    where user_id is not null

),

users as (

    select

        ---------- ids
        'metrica:user:' || {{ opaque_key('user_id') }} as record_id,
        'metrica' as source,
        'user' as entity,
        {{ opaque_key('user_id') }} as source_key,

        ---------- where from
        utm_source as utm_source,
        utm_medium as utm_medium,
        utm_campaign as utm_campaign,

        ---------- timestamps
        first_seen_at as source_created_at,
        occurred_at as source_updated_at,

        ---------- not said here: where a device was is not where a person lives
        {{ empty_columns(record_columns(), [
            'full_name', 'given_name', 'additional_name', 'family_name', 'gender', 'birth_date', 'birth_year', 'birth_month', 'birth_day',
            'language', 'company', 'job_title', 'street', 'locality', 'region', 'postal_code', 'country_code', 'lifecycle_stage',
        ]) }},

        ---------- the rest
        false as is_deleted,
        {{ json_object_text({'last_country': 'region_country', 'last_city': 'region_city'}) }} as extra,
        failed_casts,
        _file_name as source_file_name,
        _file_id,
        _line,
        _load_id

    from signed_in
    where version_rank = 1

)

select * from users
