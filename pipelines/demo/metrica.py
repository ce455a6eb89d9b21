"""Yandex Metrica's Logs API: visits and hits as TSV, unsigned 64-bit ids, arrays in brackets with ClickHouse's escapes, Moscow time."""

from pipelines.demo.files import Company, split

SITE = "https://ladya.example.ru"
COUNTER = "'44147844'"

HIT = f"""
create temp table metrica_hit as
select hit.*, cast(md5_number_lower('watch' || visit || i) as varchar) as watch, cast(md5_number_lower('visit' || visit) as varchar) as visit_id, 'L-' || cast(100000 + order_n as varchar) as order_id, total,
    split_part(campaign, '|', 1) as source, split_part(campaign, '|', 2) as medium, split_part(campaign, '|', 3) as campaign_name, sku, replace(name_ru, '''', '\\''') as title,
    '{SITE}' || case action when 'session_start' then '/' when 'page_view' then '/katalog' when 'purchase' then '/zakaz/spasibo' when 'begin_checkout' then '/zakaz' else '/tovar/' || lower(sku) end as url
from hit join product on product.n = hit_product
left join (select sale, sum(cast(quantity * if(language = 'ru', price_rub, price_usd) * (1 - discount_share) as decimal(18, 2))) as total from sale_line join sale using (sale) join person using (person) group by sale) as totals using (sale)
where counter = 'metrica'
"""

HITS = {
    "ym:pv:watchID": "watch",
    "ym:pv:counterID": COUNTER,
    "ym:pv:clientID": "ym_client",
    "ym:pv:date": "strftime(hit_at + interval 3 hour, '%Y-%m-%d')",
    "ym:pv:dateTime": "strftime(hit_at + interval 3 hour, '%Y-%m-%d %H:%M:%S')",
    "ym:pv:dateTimeUTC": "strftime(hit_at, '%Y-%m-%d %H:%M:%S')",
    "ym:pv:title": "if(action in ('view_item', 'add_to_cart'), title, 'Ладья: товары для дома')",
    "ym:pv:URL": "url",
    "ym:pv:referer": "if(i = 0, '', '" + SITE + "/')",
    "ym:pv:UTMSource": "if(i = 0, coalesce(source, ''), '')",
    "ym:pv:UTMMedium": "if(i = 0, coalesce(medium, ''), '')",
    "ym:pv:UTMCampaign": "if(i = 0, coalesce(campaign_name, ''), '')",
    "ym:pv:isPageView": "if(action = 'add_to_cart', '0', '1')",
    "ym:pv:goalsID": "case action when 'purchase' then '[3001]' when 'add_to_cart' then '[3002]' else '[]' end",
    "ym:pv:deviceCategory": "if(again(v, 83) < 0.6, '2', '1')",
}

VISITS = {
    "ym:s:visitID": "visit_id",
    "ym:s:counterID": COUNTER,
    "ym:s:watchIDs": "'[' || string_agg(watch, ',' order by i) || ']'",
    "ym:s:clientID": "ym_client",
    "ym:s:userID": "coalesce(user_id, '')",
    "ym:s:date": "strftime(started_at + interval 3 hour, '%Y-%m-%d')",
    "ym:s:dateTime": "strftime(started_at + interval 3 hour, '%Y-%m-%d %H:%M:%S')",
    "ym:s:dateTimeUTC": "strftime(started_at, '%Y-%m-%d %H:%M:%S')",
    "ym:s:isNewUser": "if(again(v, 91) < 0.3, '1', '0')",
    "ym:s:startURL": "min_by(url, i)",
    "ym:s:endURL": "max_by(url, i)",
    "ym:s:pageViews": "cast(count(*) filter (where action != 'add_to_cart') as varchar)",
    "ym:s:visitDuration": "cast(date_diff('second', started_at, max(hit_at)) as varchar)",
    "ym:s:bounce": "if(count(*) < 2, '1', '0')",
    "ym:s:ipAddress": "'203.0.113.0'",
    "ym:s:regionCity": "''",
    "ym:s:lastTrafficSource": "case medium when 'cpc' then 'ad' when 'email' then 'email' when 'social' then 'social' else 'direct' end",
    "ym:s:UTMSource": "coalesce(source, '')",
    "ym:s:UTMMedium": "coalesce(medium, '')",
    "ym:s:UTMCampaign": "coalesce(campaign_name, '')",
    "ym:s:deviceCategory": "if(again(v, 83) < 0.6, '2', '1')",
    "ym:s:browser": "'yandex_browser'",
    "ym:s:goalsID": "case when bool_or(action = 'purchase') then '[3002,3001]' when bool_or(action = 'add_to_cart') then '[3002]' else '[]' end",
    "ym:s:goalsDateTime": "coalesce('[' || string_agg('''' || strftime(hit_at + interval 3 hour, '%Y-%m-%d %H:%M:%S') || '''', ',' order by i) filter (where action in ('add_to_cart', 'purchase')) || ']', '[]')",
    "ym:s:purchaseID": "coalesce('[' || max(if(action = 'purchase', '''' || order_id || '''', null)) || ']', '[]')",
    "ym:s:purchaseRevenue": "coalesce('[' || max(if(action = 'purchase', cast(total as varchar), null)) || ']', '[]')",
    "ym:s:purchaseCurrency": "coalesce('[' || max(if(action = 'purchase', if(language = 'ru', '''RUB''', '''USD'''), null)) || ']', '[]')",
}


def write(company: Company) -> None:
    """Visits in one part, hits in two."""
    company.con.execute(HIT)
    header, select = split(VISITS)
    tabbed = "concat_ws(chr(9), " + "{})"
    company.lines(
        "metrica/visits_part0.tsv",
        f"""select {tabbed.format(select)} from metrica_hit
        group by visit, visit_n, visit_id, ym_client, user_id, started_at, v, source, medium, campaign_name, language order by visit_n""",
        header="\t".join(header),
    )
    header, select = split(HITS)
    middle = company.start_at + (company.end_at - company.start_at) / 2
    for part, condition in enumerate((f"hit_at < timestamp '{middle}'", f"hit_at >= timestamp '{middle}'")):
        company.lines(
            f"metrica/hits_part{part}.tsv",
            f"select {tabbed.format(select)} from metrica_hit where {condition} order by hit_at, visit, i",
            header="\t".join(header),
        )
