{{ config(materialized='by_customer') }}
{{ follows('consent_fingerprints') }}
with

subjects as (

    select * from {{ ref('consent_subjects') }}
    where {{ is_changed('customer_id') }}

),

int_consent_events as (

    select * from {{ ref('int_consent_events') }}
    where consent_event_id in (select consent_event_id from subjects)

),

statements as (

    {{ consent_statements('int_consent_events') | indent }}

)

select
    subjects.customer_id,
    statements.*,
    statements.consent_event_id || case when subjects.subject_count > 1 then ':' || subjects.customer_id else '' end as statement_id
from statements
inner join subjects on statements.consent_event_id = subjects.consent_event_id
