{{ config(meta={"dagster": {"ref": {"name": "household_members"}}}) }}
-- Households are whole: who is tied to a member is a member of the same one.
select pairs.customer_id, pairs.other_customer_id
from {{ ref('household_pairs') }} as pairs
inner join {{ ref('household_members') }} as here on pairs.customer_id = here.customer_id
left join {{ ref('household_members') }} as there on pairs.other_customer_id = there.customer_id
where there.household_id is null or here.household_id <> there.household_id
