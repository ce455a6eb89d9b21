"""What the demo's customers answer, as the providers' webhook bodies and the shop's order export. What they do is drawn in `answers`."""

from pipelines.demo import answer_lines
from pipelines.demo.answer_lines import URL
from pipelines.demo.files import Company, split
from pipelines.demo.shops import rubles

# What happens to a letter, one row each; seconds after sending.
HAPPENED = f"""
create temp table happened as
select message_id, address, locale, scenario, happened, sent_at + to_seconds(cast(seconds as bigint)) as event_at, step, url, md5(message_id || happened || step) as id
from (
    select *, unnest(list_concat(
        [{{'happened': 'processed', 'seconds': 0.0, 'step': 0, 'url': null::varchar}}],
        if(has_bounced, [{{'happened': 'bounce', 'seconds': 4.0, 'step': 1, 'url': null}}], [{{'happened': 'delivered', 'seconds': 2.0, 'step': 1, 'url': null}}]),
        if(has_machine and not has_bounced, [{{'happened': 'open', 'seconds': 4.0, 'step': 5, 'url': null}}], []),
        if(has_opened and not has_bounced, [{{'happened': 'open', 'seconds': 120 - ln(1 - u(message_id, 'hour')) * 28800, 'step': 2, 'url': null}}], []),
        if(has_clicked and not has_bounced, [{{'happened': 'click', 'seconds': 150 - ln(1 - u(message_id, 'hour')) * 28800, 'step': 3, 'url': '{URL}' || scenario}}], []),
        if(has_left and not has_bounced, [{{'happened': 'unsubscribe', 'seconds': 3600.0, 'step': 4, 'url': null}}], []),
        if(has_complained and not has_bounced, [{{'happened': 'spamreport', 'seconds': 7200.0, 'step': 6, 'url': null}}], [])
    ), recursive := true) from message where not is_phantom and channel = 'email'
)
"""
SENDGRID = """
select '[' || string_agg('{"email":"' || address || '","timestamp":' || cast(epoch(event_at) as bigint) || ',"event":"' || happened || '","sg_event_id":"' || id || '","sg_message_id":"' || message_id || '","category":["' || scenario || '"]'
    || case happened when 'bounce' then ',"type":"bounce","status":"5.1.1","reason":"550 no such user"' when 'click' then ',"url":"' || url || '","ip":"198.51.100.7"'
        when 'open' then ',"ip":"198.51.100.7","useragent":"Mozilla/5.0"' || if(step = 5, ',"sg_machine_open":true', '') else '' end || '}', ',' order by event_at, id) || ']' as body
from happened where locale <> 'ru' and event_at < $until group by date_trunc('hour', event_at) order by date_trunc('hour', event_at)
"""
UNISENDER = """
select '{"auth":"' || md5('auth' || cast(hour as varchar)) || '","events_by_user":[{"user_id":456,"project_id":"6123462132634","events":[' || string_agg(event, ',' order by event_at, id) || ']}]}' as body from (
    select event_at, id, date_trunc('hour', event_at) as hour,
        '{"event_name":"transactional_email_status","event_data":{"job_id":"' || message_id || '","metadata":{"campaign":"' || scenario || '"},"email":"' || address || '","status":"'
        || case happened when 'processed' then 'sent' when 'bounce' then 'hard_bounced' when 'open' then 'opened' when 'click' then 'clicked' when 'unsubscribe' then 'unsubscribed' when 'spamreport' then 'spam' else happened end
        || '","event_time":"' || strftime(event_at, '%Y-%m-%d %H:%M:%S') || '"' || case happened when 'click' then ',"url":"' || url || '"' when 'bounce' then ',"delivery_info":{"delivery_status":"err_user_unknown","destination_response":"550 no such user"}' else '' end || '}}' as event
    from happened where locale = 'ru' and event_at < $until
) group by hour order by hour
"""
BOUGHT = """
create temp table bought as
select purchase.*, customers.full_name, customers.email, customers.phone, customers.locality, coalesce(customers.language, 'ru') as language, records.source_key, product.*,
    row_number() over (order by ordered_at, entry_id) as order_n
from purchase
inner join w.marts.customers as customers using (customer_id)
left join (select customer_id, min(substr(record_id, 17)) as source_key from w.identity.record_customers where record_id like 'orders:customer:%' group by all) as records using (customer_id)
inner join product on product.n = cast(floor(u(entry_id, 'what') * 30) as int)
where customers.email is not null or customers.phone is not null or records.source_key is not null
"""
ORDERS = {
    "Номер заказа": "'A-' || substr(entry_id, 1, 12)",
    "Дата заказа": "strftime(ordered_at + interval 3 hour, '%d.%m.%Y %H:%M:%S')",
    "Статус": "'Оплачен'",
    "ID клиента": "source_key",
    "ФИО": "full_name",
    "Электронная почта": "email",
    "Телефон": "phone",
    "Город": "locality",
    "Артикул": "sku",
    "Товар": "if(language = 'ru', name_ru, name_en)",
    "Количество": "1",
    "Цена": rubles("if(language = 'ru', price_rub, price_usd)"),
    "Скидка": "'0,00'",
    "Сумма": rubles("if(language = 'ru', price_rub, price_usd)"),
    "Валюта": "if(language = 'ru', 'RUB', 'USD')",
    "Магазин": "'Сайт'",
}


def write(company: Company) -> None:
    """Everything that happened up to the end of the days; what was told before has the same ids, and counts once."""
    con, stamp = company.con, f"{company.end_at:%Y-%m-%d}"
    con.execute(HAPPENED)
    con.execute(BOUGHT)
    until = f"timestamp '{company.end_at}'"
    company.lines(f"esp/sendgrid_answers_{stamp}.jsonl", SENDGRID.replace("$until", until))
    company.lines(f"esp/unisender_answers_{stamp}.jsonl", UNISENDER.replace("$until", until))
    answer_lines.write(company, stamp)
    header, select = split(ORDERS)
    company.delimited(f"orders/zakazy_answers_{stamp}.csv", header, f"select {select} from bought where ordered_at < {until} order by order_n", delimiter=";")
