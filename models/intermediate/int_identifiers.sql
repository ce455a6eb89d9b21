with

identifiers as (

    select * from {{ ref('int_identifier_values') }}

),

holders as (

    select * from {{ ref('int_identifier_holders') }}

)

select
    identifiers.record_id,
    identifiers.source,
    identifiers.identifier_type,
    identifiers.raw_value,
    identifiers.value,
    identifiers.extension,
    identifiers.is_valid,
    identifiers.invalid_reason,
    coalesce(holders.is_junk, false) as is_junk,
    coalesce(holders.is_shared, false) as is_shared,
    coalesce(holders.holder_count, 0) as holder_count,
    identifiers.label,
    identifiers.is_verified,
    identifiers.first_seen_at
from identifiers
left join holders on identifiers.identifier_type = holders.identifier_type and identifiers.value = holders.value
