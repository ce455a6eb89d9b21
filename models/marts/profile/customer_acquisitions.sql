{{ config(materialized='by_customer') }}
{{ follows('record_fingerprints') }}
with

int_records as (

    select * from {{ ref('int_records') }}

),

record_customers as (

    select * from {{ source('identity', 'record_customers') }}
    where {{ is_changed('customer_id') }}

),

visits as (

    select
        customer_id,
        occurred_at,
        event_id,
        coalesce({{ blank_to_null(json_text('properties', 'utm_source')) }}, source) as acquisition_source,
        coalesce({{ blank_to_null(json_text('properties', 'utm_medium')) }}, channel) as acquisition_medium,
        campaign

    from {{ ref('customer_timeline') }}
    where kind in ('event', 'lead') and channel in ('web', 'app', 'social') and campaign is not null and {{ is_changed('customer_id') }}

),

signs as (

    select
        record_customers.customer_id,
        int_records.source_created_at as occurred_at,
        1 as precedence,
        int_records.record_id as sign_id,
        coalesce(int_records.utm_source, int_records.source) as acquisition_source,
        int_records.utm_medium as acquisition_medium,
        int_records.utm_campaign as acquisition_campaign

    from int_records
    inner join record_customers on int_records.record_id = record_customers.record_id
    where coalesce(int_records.utm_source, int_records.utm_campaign) is not null

    union all

    select customer_id, occurred_at, 2, event_id, acquisition_source, acquisition_medium, campaign
    from visits

),

placed as (

    select
        *,
        -- A form that was sent is an event and a record; the record says more.
        row_number() over (partition by customer_id order by occurred_at nulls last, precedence, sign_id) as place

    from signs
    where coalesce(acquisition_medium, '') <> 'email'

)

select
    customer_id,
    acquisition_source,
    acquisition_medium,
    acquisition_campaign
from placed
where place = 1
