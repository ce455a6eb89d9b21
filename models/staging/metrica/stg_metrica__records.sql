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
        'metrica:user:' || user_id as record_id,
        'metrica' as source,
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
        cast(null as varchar) as language,
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
        utm_source as utm_source,
        utm_medium as utm_medium,
        utm_campaign as utm_campaign,

        ---------- timestamps
        first_seen_at as source_created_at,
        occurred_at as source_updated_at,

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
