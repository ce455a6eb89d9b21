{{ config(materialized='by_customer', key='visitor_id') }}
{{ follows('visitor_fingerprints') }}
with

visits as (

    select * from {{ ref('stitched_events') }}
    where customer_id is null and {{ is_visitor() }} and {{ is_changed('value') }}

),

visitors as (

    select

        ---------- ids
        subject_type as visitor_id_type,
        value as visitor_id,

        ---------- strings
        min(source) as source,
        min_by(campaign, (occurred_at, event_id)) filter (where campaign is not null) as first_campaign,
        min_by(url, (occurred_at, event_id)) filter (where url is not null) as first_url,

        ---------- numerics
        count(*) as event_count,
        count(*) filter (where event_name = 'session_started') as session_count,
        count(*) filter (where event_name = 'page_viewed') as page_view_count,

        ---------- timestamps
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at

    from visits
    group by subject_type, value

)

select * from visitors
