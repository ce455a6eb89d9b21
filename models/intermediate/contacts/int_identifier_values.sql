with

identifiers as (

    select * from {{ ref('int_source_identifiers') }}
    where raw_value is not null

),

emails as (

    select * from {{ ref('int_email_values') }}

),

phones as (

    select * from {{ ref('int_phone_values') }}

),

standardized as (

    select
        identifiers.record_id,
        identifiers.source,
        identifiers.identifier_type,
        identifiers.raw_value,
        case identifiers.identifier_type
            when 'email' then emails.value
            when 'phone' then phones.value
            else {{ blank_to_null('identifiers.raw_value') }}
        end as value,
        phones.extension,
        coalesce(emails.problem, phones.problem) as problem,
        identifiers.label,
        coalesce(identifiers.is_verified, false) as is_verified,
        identifiers.first_seen_at

    from identifiers
    left join emails on identifiers.identifier_type = 'email' and identifiers.raw_value = emails.raw_value
    left join phones
        on identifiers.identifier_type = 'phone'
        and identifiers.raw_value = phones.raw_value
        and coalesce(identifiers.phone_region, '') = phones.phone_region

)

select
    record_id, source, identifier_type, raw_value, value, extension,
    value is not null as is_valid,
    case when value is null then coalesce(problem, 'empty') end as invalid_reason,
    label, is_verified, first_seen_at
from standardized
