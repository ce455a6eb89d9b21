{% set binding_types = ['user_id', 'hubspot_contact_id', 'bitrix24_contact_id', 'bitrix24_lead_id', 'shopify_customer_id', 'mailchimp_euid', 'vk_id'] %}

with

records as (

    select record_id from {{ ref('int_records') }}

),

declared as (

    select record_id as one_record_id, linked_record_id as other_record_id, reason
    from ({{ union_sources('links', ['record_id', 'linked_record_id', 'reason']) }}) as links

),

-- An account with many people's names on it is a till's or a guest's, and binds none of them.
usable_ids as (

    select distinct record_id, identifier_type, value
    from {{ ref('int_identifiers') }}
    where identifier_type in ('{{ binding_types | join("', '") }}') and is_valid and not is_junk and not is_shared

),

-- each holder with the first one: as binding as all pairs, and never quadratic
same_ids as (

    select
        min(record_id) over (partition by identifier_type, value) as one_record_id,
        record_id as other_record_id,
        'same_' || identifier_type as reason
    from usable_ids

),

both_ways as (

    select least(one_record_id, other_record_id) as left_record_id, greatest(one_record_id, other_record_id) as right_record_id, reason
    from (select * from declared union all select * from same_ids) as links
    where one_record_id <> other_record_id

)

select both_ways.left_record_id, both_ways.right_record_id, min(both_ways.reason) as reason
from both_ways
inner join records as left_records on both_ways.left_record_id = left_records.record_id
inner join records as right_records on both_ways.right_record_id = right_records.record_id
group by both_ways.left_record_id, both_ways.right_record_id
