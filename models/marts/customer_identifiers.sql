{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
with

int_identifiers as (

    select * from {{ ref('int_identifiers') }}

),

int_records as (

    select * from {{ ref('int_records') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}
    where {{ is_changed('customer_id') }}

),

golden as (

    select * from {{ ref('customer_attributes') }}
    where is_golden and attribute in ('email', 'phone') and {{ is_changed('customer_id') }}

),

held as (

    select
        record_customers.customer_id,
        int_identifiers.identifier_type,
        coalesce(int_identifiers.value, int_identifiers.raw_value) as value,
        {{ text_list('int_identifiers.source') }} as sources,
        bool_or(coalesce(int_identifiers.is_valid, false)) as is_valid,
        bool_or(coalesce(int_identifiers.is_junk, false)) as is_junk,
        bool_or(coalesce(int_identifiers.is_shared, false)) as is_shared,
        bool_or(coalesce(int_identifiers.is_verified, false)) as is_verified,
        min(int_identifiers.first_seen_at) as first_seen_at,
        max(int_records.source_updated_at) as last_seen_at

    from int_identifiers
    inner join record_customers on int_identifiers.record_id = record_customers.record_id
    inner join int_records on int_identifiers.record_id = int_records.record_id
    where coalesce(int_identifiers.value, int_identifiers.raw_value) is not null
    group by 1, 2, 3

),

placed as (

    select
        held.*,
        golden.value is not null as is_golden,
        row_number() over (
            partition by held.customer_id, held.identifier_type
            order by held.is_valid and not held.is_junk and not held.is_shared desc, held.last_seen_at desc nulls last, held.value
        ) as place

    from held
    left join golden
        on held.customer_id = golden.customer_id and held.identifier_type = golden.attribute and held.value = golden.value

)

select
    customer_id,
    identifier_type,
    value,
    sources,
    is_valid,
    is_junk,
    is_shared,
    is_verified,
    case
        when identifier_type in ('email', 'phone') then is_golden
        else place = 1 and is_valid and not is_junk and not is_shared
    end as is_primary,
    first_seen_at,
    last_seen_at
from placed
