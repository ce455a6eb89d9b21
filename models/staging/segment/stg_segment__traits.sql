with

-- What an account said in `identify`, and what rode along in the context of any other message.
statements as (

    select
        *,
        coalesce(case when message_type = 'identify' then traits end, context_traits) as said
    from {{ ref('stg_segment__messages') }}
    where user_id is not null or (message_type = 'identify' and traits is not null)

),

extracted as (

    select
        person_id as record_id,
        coalesce(user_id, anonymous_id) as source_key,
        case when user_id is not null then 'user' else 'anonymous' end as entity,
        {{ blank_to_null(json_text('said', 'email')) }} as email,
        {{ blank_to_null(json_text('said', 'phone')) }} as phone,
        {{ blank_to_null(json_text('said', 'name')) }} as full_name,
        {{ blank_to_null(json_text('said', 'firstName')) }} as given_name,
        {{ blank_to_null(json_text('said', 'middleName')) }} as additional_name,
        {{ blank_to_null(json_text('said', 'lastName')) }} as family_name,
        {{ blank_to_null(json_text('said', 'gender')) }} as gender,
        {{ blank_to_null(json_text('said', 'birthday')) }} as birthday,
        {{ blank_to_null(json_text('said', 'title')) }} as job_title,
        {{ blank_to_null(json_text('said', 'language')) }} as language,
        {{ blank_to_null(json_text('said', 'createdAt')) }} as created_at,
        {{ blank_to_null('coalesce(' ~ json_text('said', 'company.name') ~ ', ' ~ json_text('said', 'company') ~ ')') }} as company,
        {{ blank_to_null(json_text('said', 'address.street')) }} as street,
        {{ blank_to_null(json_text('said', 'address.city')) }} as locality,
        {{ blank_to_null(json_text('said', 'address.state')) }} as region,
        {{ blank_to_null(json_text('said', 'address.postalCode')) }} as postal_code,
        {{ blank_to_null(json_text('said', 'address.country')) }} as country,
        said,
        locale,
        utm_source,
        utm_medium,
        utm_campaign,
        occurred_at,
        row_number() over (partition by person_id order by occurred_at, event_id) as version,
        _file_name,
        _file_id,
        _line,
        _load_id
    from statements

)

select * from extracted
