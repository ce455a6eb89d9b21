{{ config(materialized='by_customer', stands_until='stands_until') }}
with

acts as (

    select customer_id, coalesce(channel, source) as channel, cast(extract(hour from occurred_at) as integer) as hour_utc, occurred_at
    from {{ ref('customer_timeline') }}
    where is_by_customer and kind <> 'consent'
        and occurred_at <= {{ run_at() }} and occurred_at > {{ run_at() }} - interval '365' day
        and {{ is_changed('customer_id') }}

),

counted as (

    select customer_id, channel, hour_utc, count(*) as act_count, min(occurred_at) as first_at, max(occurred_at) as last_at
    from acts
    group by customer_id, channel, hour_utc

),

channels as (

    select
        customer_id,
        channel,
        min(min(first_at)) over (partition by customer_id) as first_at,
        row_number() over (partition by customer_id order by sum(act_count) desc, max(last_at) desc, channel) as place

    from counted
    group by customer_id, channel

),

hours as (

    select
        customer_id,
        hour_utc,
        row_number() over (partition by customer_id order by sum(act_count) desc, max(last_at) desc, hour_utc) as place

    from counted
    group by customer_id, hour_utc

)

select
    channels.customer_id,
    channels.channel as preferred_channel,
    hours.hour_utc as preferred_hour_utc,
    channels.first_at + interval '365' day as stands_until
from channels
inner join hours on channels.customer_id = hours.customer_id and hours.place = 1
where channels.place = 1
