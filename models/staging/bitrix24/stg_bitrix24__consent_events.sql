with

people as (

    select
        imported.*,
        {{ parse_boolean('personal_data_consent') }} as personal_data,
        {{ parse_boolean('advertising_consent') }} as marketing
    from {{ ref('stg_bitrix24__people') }} as imported
    where precedence = 1

),

answers as (

    select 'personal_data' as purpose, 'personal_data_consent' as field, personal_data as is_given, people.* from people
    union all
    select 'marketing', 'advertising_consent', marketing, people.* from people

),

compared as (

    select
        answers.*,
        lag(is_given) over (partition by entity, source_key, purpose order by source_updated_at, _exported_at, _file_id, _line) as was_given
    from answers
    where is_given is not null

),

-- "No" withdraws what an earlier export granted; a "no" that was always there is only the lack of consent.
changes as (

    select compared.*, case when is_given then 'granted' else 'withdrawn' end as action
    from compared
    where (is_given and not coalesce(was_given, false)) or (not is_given and was_given)

),

consent_events as (

    select
        'bitrix24:' || md5(concat_ws('|', entity, source_key, purpose, action, cast(source_updated_at as varchar), _file_id)) as consent_event_id,
        'bitrix24:' || entity || ':' || source_key as record_id,
        {{ empty_columns(consent_event_columns(), ['identifier_type', 'raw_value', 'expires_at', 'ip', 'document']) }},
        'any' as channel,
        purpose,
        action,
        'consent' as legal_basis,
        case
            when action = 'withdrawn' then source_updated_at
            -- A consent without a date that the first export already shows is as old as the record.
            else coalesce({{ parse_timestamp('consent_at', 'bitrix24') }}, case when was_given is null then source_created_at end, source_updated_at)
        end as occurred_at,
        'crm_entry' as method,
        {{ json_object_text({'field': 'field', 'consent_at': 'consent_at', 'file': '_file_name'}) }} as evidence,
        'bitrix24' as source,
        {{ lineage() }}
    from changes

)

select * from consent_events
