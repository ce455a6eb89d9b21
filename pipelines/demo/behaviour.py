"""What people do during the days told: buy, visit, get mail. Facts only; each source's own words for them are the writers'.

Everything lies between `start_at` and `end_at`. Rates differ from person to person (gamma-like), some lapse, some buy once.
"""

import duckdb

SALE = """
create table sale as
with buyers as (
    select person, record_id, source, entity, u(person, 'lapsed') < 0.25 as is_lapsed,
        least(14, if(source = 'orders', 1, 0) + cast(floor(-ln(1 - u(record_id, 'orders')) * (-ln(1 - u(person, 'loyal'))) * 1.1) as int)) as orders
    from account where entity in ('customer', 'card')
),
drawn as (
    select *, record_id || '#' || i as sale, u(record_id || '#' || i, 'when') as w, u(record_id || '#' || i, 'what') as q
    from (select *, unnest(range(orders)) as i from buyers)
),
dated as (
    select *, date_trunc('second', $start_at + to_seconds(cast(7200 + w * if(is_lapsed, 0.35, 1) * ($days * 86400 - 14400) as bigint))) as ordered_at,
        if(entity = 'card' or (source = 'orders' and again(q, 17) < 0.35), 'store', 'online') as channel
    from drawn
)
select *, row_number() over (partition by source order by ordered_at, sale) as n,
    case when again(q, 31) < 0.03 then 'cancelled' when again(q, 31) < 0.06 then 'refunded' when again(q, 31) < 0.08 then 'pending' else 'paid' end as status,
    case when again(q, 43) < 0.18 then 'LADYA10' end as promo, 1 + cast(floor(again(q, 59) ** 2 * 4) as int) as lines
from dated
"""

SALE_LINE = """
create table sale_line as
with lines as (select *, unnest(range(lines)) as line from sale),
drawn as (select *, u(sale || '.' || line, 'line') as d from lines)
select drawn.source, drawn.n, drawn.sale, drawn.line + 1 as line, product.*  exclude (n), 1 + cast(floor(again(d, 97) ** 3 * 4) as int) as quantity,
    if(drawn.promo is null, 0, 0.1) as discount_share
from drawn join product on product.n = cast(floor(d * d * 30) as int)
"""

# Online orders of account holders happen in a visit; the rest of the visits come by chance.
VISIT = """
create table visit as
with browsing as (
    select device.*, least(20, if(person is null, 1, 0) + cast(floor(-ln(1 - u(device, 'visits')) * (-ln(1 - u(owner, 'curious'))) * if(person is null, 0.6, 2.6)) as int)) as visits from device
),
random_visits as (
    select device, device || '#' || i as visit, person, null as sale, null as order_n, date_trunc('second', $start_at + to_seconds(cast(3600 + u(device || '#' || i, 'when') * ($days * 86400 - 14400) as bigint))) as started_at
    from (select *, unnest(range(visits)) as i from browsing)
),
order_visits as (
    select device, 'o' || sale.sale as visit, sale.person, sale.sale, sale.n, sale.ordered_at - interval 6 minute
    from sale join device on device.person = sale.person and device.slot = 1 where sale.source = 'orders' and sale.channel = 'online'
),
visits as (select * from random_visits union all select * from order_visits),
drawn as (
    select visits.*, device.language, device.ga_client, device.ym_client, u(visit, 'visit') as v, case when has_account.person is not null then person.user_id end as account_id
    from visits join device using (device) left join person on person.person = visits.person
    left join (select distinct person from account where system in ('orders:customer', 'segment:user')) as has_account on has_account.person = visits.person
)
select *, row_number() over (order by started_at, visit) as visit_n,
    if(again(v, 3) < if(language = 'ru', 0.15, 0.93), 'ga4', 'metrica') as counter,
    case when sale is not null or again(v, 7) < 0.5 then account_id end as user_id,
    if(sale is null, 1 + cast(floor(-ln(1 - again(v, 11)) * 3.2) as int), 5) as pages,
    cast(floor(again(v, 23) * 30) as int) as product_n,
    case when again(v, 41) < 0.25 then 'yandex|cpc|autumn_sale' when again(v, 41) < 0.4 then 'google|cpc|brand' when again(v, 41) < 0.55 then 'newsletter|email|weekly' when again(v, 41) < 0.65 then 'vk|social|lookbook' end as campaign
from drawn
"""

# A visit is a handful of hits, half a minute apart; an order's last hit is the purchase, at the order's own second.
HIT = """
create table hit as
select *, started_at + to_seconds(i * if(sale is null, 20 + cast(floor(again(v, 61) * 50) as int), 72)) as hit_at,
    case when i = 0 then 'session_start' when sale is not null and i = 5 then 'purchase' when sale is not null and i = 4 then 'begin_checkout' when sale is not null and i = 3 or i = 3 and again(v, 67) < 0.4 then 'add_to_cart'
        when i = 2 then 'view_item' else 'page_view' end as action,
    (product_n + i // 2) % 30 as hit_product
from (select *, unnest(range(pages + 1)) as i from visit)
"""

MAILING = """
create table mailing as
with members as (
    select account.record_id, account.person, account.language, account.email_text as email, account.created_at as optin_at, consent.withdrawn_at, consent.complains,
        case when u(account.record_id, 'bounces') < 0.03 and consent.withdrawn_at is null then date_trunc('second', $start_at + to_seconds(cast((0.2 + 0.75 * u(account.record_id, 'bounced at')) * $days * 86400 as bigint))) end as bounced_at,
        u(account.person, 'attention') as attention
    from account join consent using (person) where account.system = 'mailchimp:subscriber'
)
select * exclude (bounced_at), case when bounced_at > optin_at then bounced_at end as cleaned_at from members
"""

MESSAGE = """
create table message as
with sendings as (
    select range + 1 as campaign_n, date_trunc('day', $start_at) + to_seconds(86400 * (3 + 7 * range) + 8 * 3600) as starts_at from range(greatest(1, $days // 7))
),
sent as (
    select mailing.*, campaign_n, md5(record_id || '~' || campaign_n) as message_id, u(record_id, 'message ' || campaign_n) as m, starts_at + to_seconds(cast(floor(u(record_id, 'queue') * 3600) as int)) as sent_at
    from mailing join sendings on starts_at > optin_at and starts_at + interval 1 hour < coalesce(withdrawn_at, cleaned_at, $end_at) and starts_at + interval 2 hour < $end_at
)
select *, again(m, 7) < 0.02 as is_soft, again(m, 7) >= 0.02 and again(m, 13) < 0.1 + 0.6 * attention * attention as is_opened, again(m, 19) < 0.22 as is_clicked from sent
"""

MAIL_EVENT = """
create table mail_event as
with events as (
    select record_id, person, language, email, campaign_n, message_id, if(is_soft, 'soft_bounce', 'delivered') as happened, sent_at + to_seconds(cast(2 + floor(again(m, 31) * 40) as int)) as event_at, 0 as step from message
    union all
    select record_id, person, language, email, campaign_n, message_id, 'processed', sent_at, -1 from message
    union all
    select record_id, person, language, email, campaign_n, message_id, 'open', sent_at + to_seconds(cast(60 + floor(again(m, 37) ** 3 * 200000) as int)), 1 from message where is_opened
    union all
    -- some mail apps fetch every letter at once, whoever reads it
    select record_id, person, language, email, campaign_n, message_id, 'open', sent_at + to_seconds(cast(4 + floor(again(m, 31) * 40) as int)), 5 from message where not is_soft and u(person, 'prefetches') < 0.15
    union all
    select record_id, person, language, email, campaign_n, message_id, 'click', sent_at + to_seconds(cast(75 + floor(again(m, 37) ** 3 * 200000) as int)), 2 from message where is_opened and is_clicked
    union all
    select record_id, person, language, email, 1, md5(record_id || '~out'), if(complains, 'complaint', 'unsubscribe'), withdrawn_at, 3 from mailing where withdrawn_at is not null
    union all
    select record_id, person, language, email, 1, md5(record_id || '~bad'), 'hard_bounce', cleaned_at, 4 from mailing where cleaned_at is not null
)
select * from events where event_at < $end_at
"""

APP_EVENT = """
create table app_event as
with users as (
    select record_id, person, user_id, created_at, language, 3 + cast(floor(-ln(1 - u(record_id, 'uses app')) * 12) as int) as uses, md5(record_id || 'device') as device from account where system = 'segment:user'
)
select users.*, i, record_id || '#' || i as app_event, u(record_id || '#' || i, 'what') as a,
    date_trunc('second', $start_at + to_seconds(cast(3600 + u(record_id || '#' || i, 'when') * ($days * 86400 - 7200) as bigint))) as event_at
from (select *, unnest(range(least(uses, 60))) as i from users) as users
"""


def create(con: duckdb.DuckDBPyConnection, days: int, start_at, end_at) -> None:
    """Creates sale, sale_line, visit, hit, mailing, mail_event and app_event."""
    known = {"days": days, "start_at": start_at, "end_at": end_at}
    for sql in (SALE, SALE_LINE, VISIT, HIT, MAILING, MESSAGE, MAIL_EVENT, APP_EVENT):
        con.execute(sql, {name: value for name, value in known.items() if f"${name}" in sql})
    con.execute("drop table message")
