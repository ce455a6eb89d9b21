with

customers as (

    select * from {{ ref('stg_shopify__customers') }}

),

first_orders as (

    select customer_key, min(ordered_at) as first_order_at
    from {{ ref('stg_shopify__order_headers') }}
    group by customer_key

),

answers as (

    select 'email' as channel, 'Accepts Email Marketing' as field, is_email_accepted as is_given, customers.* from customers
    union all
    select 'sms', 'Accepts SMS Marketing', is_sms_accepted, customers.* from customers

),

compared as (

    select
        answers.*,
        lag(is_given) over (partition by source_key, channel order by source_updated_at, _exported_at, _file_id, _line) as was_given,
        lag(source_updated_at) over (partition by source_key, channel order by source_updated_at, _exported_at, _file_id, _line) as was_updated_at
    from answers
    where is_given is not null

),

-- What was ticked at an order set the flag for e-mail, whether or not an export of customers was made in between.
ticked as (

    select versions.source_key, versions.source_updated_at, max(orders.ordered_at) as ticked_at
    from (select distinct source_key, source_updated_at from customers) as versions
    inner join {{ ref('stg_shopify__order_headers') }} as orders
        on versions.source_key = orders.customer_key and orders.ordered_at < versions.source_updated_at
    where {{ parse_boolean('orders.accepts_marketing') }}
    group by versions.source_key, versions.source_updated_at

),

-- A flag that was set before the first export is as old as the customer, so that a withdrawal elsewhere in between stays the later word.
-- "No" withdraws what an earlier export or an order granted; a "no" that was always there is only the lack of consent.
changes as (

    select
        'shopify:customer:' || compared.source_key as record_id,
        channel,
        case when is_given then 'granted' else 'withdrawn' end as action,
        case when was_given is null and is_given then coalesce(source_created_at, first_order_at, compared.source_updated_at) else compared.source_updated_at end as occurred_at,
        'crm_entry' as method,
        case channel when 'email' then email else coalesce(phone, default_address_phone) end as raw_value,
        {{ json_object_text({'field': 'field', 'file': '_file_name'}) }} as evidence,
        {{ lineage() }}
    from compared
    left join first_orders on compared.source_key = first_orders.customer_key
    left join ticked on compared.source_key = ticked.source_key and compared.source_updated_at = ticked.source_updated_at and compared.channel = 'email'
    where
        (is_given and not coalesce(was_given, false))
        or (not is_given and (was_given or coalesce(ticked.ticked_at >= was_updated_at, ticked.ticked_at is not null)))

)

select * from changes
