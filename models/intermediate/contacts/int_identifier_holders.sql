with

holders as (

    select
        identifiers.identifier_type,
        identifiers.value,
        count(distinct identifiers.record_id) as record_count,
        -- A form that asks for given names alone tells people apart by those.
        greatest(
            count(distinct coalesce(records.given_name_key, '') || ' ' || records.family_name_key),
            count(distinct nullif(records.given_name_key, ''))
        ) as holder_count

    from {{ ref('int_identifier_values') }} as identifiers
    left join {{ ref('int_records') }} as records on identifiers.record_id = records.record_id
    where identifiers.is_valid
    group by identifiers.identifier_type, identifiers.value

),

junk as (

    select holders.identifier_type, holders.value, min(junk_values.reason) as junk_reason
    from holders
    inner join {{ ref('junk_values') }} as junk_values
        on holders.identifier_type = junk_values.identifier_type and holders.value like junk_values.value_pattern
    group by holders.identifier_type, holders.value

)

select
    holders.identifier_type,
    holders.value,
    holders.record_count,
    holders.holder_count,
    junk.junk_reason,
    junk.value is not null as is_junk,
    holders.holder_count > coalesce(types.shared_by_more_than, other_types.shared_by_more_than) as is_shared
from holders
left join {{ ref('identifier_types') }} as types on holders.identifier_type = types.identifier_type
left join {{ ref('identifier_types') }} as other_types on other_types.identifier_type = 'any'
left join junk on holders.identifier_type = junk.identifier_type and holders.value = junk.value
