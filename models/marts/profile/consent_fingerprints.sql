{{ config(materialized='fingerprints') }}

with

hashed as (

    select
        subjects.customer_id,
        {{ row_hash(ref('consent_statements'), 'statements', also=['subjects.subject_count', 'statements.stands_until <= ' ~ run_at()]) }} as row_hash

    from {{ ref('consent_statements') }} as statements
    inner join {{ ref('consent_subjects') }} as subjects on statements.consent_event_id = subjects.consent_event_id

)

select customer_id, sum(row_hash) as fingerprint
from hashed
group by customer_id
