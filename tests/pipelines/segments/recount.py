"""Every segment counted once more from orders, events, profiles and addresses, by what its title promises and by none of its models."""

from datetime import datetime

import duckdb

FACTS = """
with

purchases as (

    select *, promo_code is not null or discount_amount > 0 as is_discounted from marts.orders
    where is_purchase and customer_id is not null and ordered_at <= $now

),

bought as (

    select customer_id, count(*) as n, min(ordered_at) as first, max(ordered_at) as last, count(*) filter (where is_discounted) as discounted,
        date_diff('day', max(ordered_at)::date, $now::date) as days, greatest(7, round(date_diff('day', min(ordered_at)::date, max(ordered_at)::date) / (count(*) - 1))) as gap
    from purchases group by customer_id

),

spent as (

    select customer_id, arg_max(currency, (orders, last)) as currency, arg_max(money, (orders, last)) as money
    from (select customer_id, currency, count(*) as orders, max(ordered_at) as last, sum(net_amount) as money from purchases group by all) group by customer_id

),

best as (

    select customer_id from spent as one
    where (select count(*) filter (where other.money < one.money) / count(*) from spent as other where other.currency is not distinct from one.currency) >= 0.8

),

happened as (select customer_id, event_name, occurred_at from marts.customer_timeline where occurred_at <= $now),

viewed as (select customer_id from happened where event_name = 'product_viewed' and occurred_at > $now - interval '14' day group by 1 having count(*) >= 3),

filled as (select customer_id, max(occurred_at) as filled_at, arg_max(event_name, (occurred_at, event_name = 'cart_item_removed')) as last_did from happened where event_name in ('cart_updated', 'cart_item_removed') group by 1 having last_did = 'cart_updated'),

listed as (select distinct identifier from seeds.static_lists where list = 'vip_guests'),

guests as (

    select distinct customer_id from listed join marts.customer_identifiers as known on known.value = lower(listed.identifier) where known.is_valid and not known.is_junk
    union
    select customer_id from listed join marts.customer_redirects on old_customer_id = identifier where customer_id is not null

)
"""
MEMBERS = {
    "new_customers": "from bought where first > $now - interval '30' day",
    "active_customers": "from bought where days <= 60",
    "lapsing_customers": "from bought where n >= 2 and days between 61 and 365",
    "lost_customers": "from bought where days > 365",
    "high_value_customers": "from bought semi join best using (customer_id) where n >= 2 and days <= 365",
    "about_to_churn": "from bought where n >= 3 and days > 2 * gap and days <= 365",
    "never_bought": "from marts.customer_360 anti join bought using (customer_id) where (email is not null or phone is not null) and customer_since <= $now - interval '30' day",
    "birthday_soon": "from marts.customers semi join (select $now + to_days(n::int) as day from range(14) as days(n)) on birth_month = month(day) and birth_day = day(day)",
    "discount_hunters": "from bought where n >= 2 and 2 * discounted >= n",
    "product_viewers": "from viewed anti join (from bought where last > $now - interval '14' day) using (customer_id)",
    "abandoned_carts": "from filled left join bought using (customer_id) where filled_at > $now - interval '7' day and coalesce(last < filled_at, true)",
    "vip_guests": "from guests",
} | {
    f"reachable_by_{channel}": f"from marts.customer_channels where channel = '{channel}' and obstacle is null and address is not null"
    for channel in ("email", "sms", "messenger")
}


def recounted(connection: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, set[str]]:
    """The members of each segment at this moment, among those who are customers."""
    here = "semi join marts.customers using (customer_id)"
    return {
        segment: {row[0] for row in connection.execute(f"{FACTS} select customer_id from (select customer_id {query}) {here}", {"now": now}).fetchall()}
        for segment, query in MEMBERS.items()
    }
