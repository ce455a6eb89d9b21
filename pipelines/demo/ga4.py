"""GA4's BigQuery export: an `events_YYYYMMDD` file a day as JSON lines, one day as Parquet, one day rewritten later.

int64 stands as text in the JSON, as BigQuery writes it, and absent values are left out.
"""

from datetime import timedelta

from pipelines.demo.files import Company

SITE = "https://ladya.example.com"

# The reporting day is the property's: New York is five hours behind.
EVENT = f"""
create temp table ga4_event as
select hit.*, hit_at - interval 5 hour as local_at, cast(epoch_us(hit_at) as varchar) as stamp, split_part(campaign, '|', 1) as source, split_part(campaign, '|', 2) as medium, split_part(campaign, '|', 3) as campaign_name,
    '{SITE}' || case action when 'session_start' then '/' when 'page_view' then '/catalogue/' || lower(category_en) when 'purchase' then '/checkout/thanks' when 'begin_checkout' then '/checkout' else '/product/' || lower(sku) end as url,
    cast(1000000000 + visit_n as varchar) as session, sku, name_en, category_en, price_usd, 'L-' || cast(100000 + order_n as varchar) as order_id, total, order_currency
from hit join product on product.n = hit_product
left join (select sale, any_value(if(language = 'ru', 'RUB', 'USD')) as order_currency, sum(cast(quantity * if(language = 'ru', price_rub, price_usd) * (1 - discount_share) as decimal(18, 2))) as total
    from sale_line join sale using (sale) join person using (person) group by sale) as totals using (sale)
where counter = 'ga4'
order by hit_at, visit, i
"""

_ITEM = """'[{"item_id":"' || sku || '","item_name":"' || name_en || '","item_category":"' || category_en || '","price":' || price_usd || ',"quantity":"1"}]'"""

JSON = f"""
select '{{"event_date":"' || strftime(local_at, '%Y%m%d') || '","event_timestamp":"' || stamp || '","event_name":"' || action || '","event_params":['
    || '{{"key":"ga_session_id","value":{{"int_value":"' || session || '"}}}},{{"key":"page_location","value":{{"string_value":"' || url || if(i = 0 and source is not null, '?utm_source=' || source || '&utm_medium=' || medium || '&utm_campaign=' || campaign_name, '') || '"}}}}'
    || if(action = 'purchase', ',{{"key":"transaction_id","value":{{"string_value":"' || order_id || '"}}}},{{"key":"currency","value":{{"string_value":"' || order_currency || '"}}}},{{"key":"value","value":{{"double_value":' || total || '}}}}', '') || ']'
    || if(user_id is null, '', ',"user_id":"' || user_id || '"') || ',"user_pseudo_id":"' || ga_client || '","privacy_info":{{"analytics_storage":"Yes","ads_storage":"No"}},"device":{{"category":"' || if(again(v, 83) < 0.6, 'mobile', 'desktop') || '"}}'
    || ',"geo":{{"country":"' || if(language = 'ru', 'Russia', 'United States') || '"}},"stream_id":"3141592653","platform":"WEB","batch_event_index":"' || (i + 1) || '"'
    || if(source is null, '', ',"collected_traffic_source":{{"manual_source":"' || source || '","manual_medium":"' || medium || '","manual_campaign_name":"' || campaign_name || '"}}')
    || if(action = 'purchase', ',"ecommerce":{{"transaction_id":"' || order_id || '","purchase_revenue":' || total || '}}', '')
    || if(action in ('view_item', 'add_to_cart', 'purchase'), ',"items":' || {_ITEM}, '') || '}}' as line
from ga4_event where local_at >= timestamp '{{day}}' and local_at < timestamp '{{day}}' + interval 1 day {{only}} order by hit_at, visit, i
"""

_VALUE = "{{'string_value': {}, 'int_value': {}, 'float_value': cast(null as double), 'double_value': {}}}"
_NO_TEXT, _NO_INT, _NO_DOUBLE = "cast(null as varchar)", "cast(null as bigint)", "cast(null as double)"


def _param(key: str, text: str = _NO_TEXT, integer: str = _NO_INT, double: str = _NO_DOUBLE) -> str:
    return f"{{'key': '{key}', 'value': {_VALUE.format(text, integer, double)}}}"


PARQUET = f"""
select strftime(local_at, '%Y%m%d') as event_date, cast(stamp as bigint) as event_timestamp, action as event_name,
    list_filter([{_param("ga_session_id", integer="cast(session as bigint)")}, {_param("page_location", text="url")},
        case when action = 'purchase' then {_param("transaction_id", text="order_id")} end, case when action = 'purchase' then {_param("currency", text="order_currency")} end,
        case when action = 'purchase' then {_param("value", double="cast(total as double)")} end], lambda p: p is not null) as event_params,
    user_id, ga_client as user_pseudo_id, {{'analytics_storage': 'Yes', 'ads_storage': 'No'}} as privacy_info, {{'category': if(again(v, 83) < 0.6, 'mobile', 'desktop')}} as device,
    {{'country': if(language = 'ru', 'Russia', 'United States')}} as geo, '3141592653' as stream_id, 'WEB' as platform, cast(i + 1 as bigint) as batch_event_index,
    {{'manual_source': source, 'manual_medium': medium, 'manual_campaign_name': campaign_name}} as collected_traffic_source,
    {{'transaction_id': if(action = 'purchase', order_id, null), 'purchase_revenue': if(action = 'purchase', cast(total as double), null)}} as ecommerce,
    if(action in ('view_item', 'add_to_cart', 'purchase'), [{{'item_id': sku, 'item_name': name_en, 'item_category': category_en, 'price': cast(price_usd as double), 'quantity': cast(1 as bigint)}}], []) as items
from ga4_event where local_at >= timestamp '{{day}}' and local_at < timestamp '{{day}}' + interval 1 day order by hit_at, visit, i
"""


def _of(template: str, day, only: str = "") -> str:
    return template.replace("{day}", str(day)).replace("{only}", only)


def write(company: Company) -> None:
    """Every finished day; the day before the last as Parquet; two weeks before the end, a day that Google rewrote."""
    company.con.execute(EVENT)
    days = (company.end_at - company.start_at).days
    seen = {day for (day,) in company.con.execute("select distinct date_trunc('day', local_at) from ga4_event").fetchall()}
    for back in range(days + 1, -1, -1):  # in New York it is still the day before
        day = company.end_at - timedelta(days=back)
        name, written = f"events_{day:%Y%m%d}", max(1, back * 24 - 30)
        if day not in seen:
            continue
        if back == 2:
            path = company.path(f"ga4/{name}.parquet")
            company.con.execute(f"copy ({_of(PARQUET, day)}) to '{path}' (format parquet, compression zstd)")
            company.stamp(path, written)
        elif back == min(14, days):
            company.lines(f"ga4/{name}.json", _of(JSON, day, "and again(v, 89) < 0.7"), written=written)
            company.lines(f"ga4/rewritten/{name}.json", _of(JSON, day), written=max(1, written - 48))
        else:
            company.lines(f"ga4/{name}.json", _of(JSON, day), written=written)
