"""The shops: Shopify's orders and customers, and the plain orders of site and tills with Russian headers."""

from pipelines.demo.files import Company, split

MONEY = "cast({} as decimal(18, 2))"

SHOPIFY_LINE = """
create temp table shopify_line as
select account.*, sale.sale, sale.n as order_n, sale.ordered_at - interval 5 hour as local_at, sale.status, sale.promo, line.line, line.sku, line.name_en, line.price_usd, line.quantity, line.discount_share,
    sum(cast(line.quantity * line.price_usd as decimal(18, 2))) over (partition by sale.sale) as subtotal,
    sum(cast(line.quantity * line.price_usd * line.discount_share as decimal(18, 2))) over (partition by sale.sale) as discount
from sale join account using (record_id) join sale_line as line using (sale) where sale.source = 'shopify'
"""


def _first(expression: str) -> str:
    return f"if(line = 1, {expression}, null)"


PAID_AT = "strftime(local_at, '%Y-%m-%d %H:%M:%S') || ' -0500'"
BUYER = "concat_ws(' ', first_name, last_name)"
SHOPIFY_ORDERS = {
    "Name": "'#' || cast(1000 + order_n as varchar)",
    "Email": "trim(email_text)",
    "Financial Status": _first("case status when 'cancelled' then 'voided' else status end"),
    "Paid at": _first(f"if(status = 'paid' or status = 'refunded', {PAID_AT}, null)"),
    "Fulfillment Status": _first("if(status = 'paid', 'fulfilled', 'unfulfilled')"),
    "Accepts Marketing": _first("if(granted, 'yes', 'no')"),
    "Currency": _first("'USD'"),
    "Subtotal": _first("subtotal - discount"),
    "Shipping": _first("'5.00'"),
    "Taxes": _first("'0.00'"),
    "Total": _first("subtotal - discount + 5"),
    "Discount Code": _first("promo"),
    "Discount Amount": _first("discount"),
    "Shipping Method": _first("'Standard'"),
    "Created at": PAID_AT,
    "Lineitem quantity": "quantity",
    "Lineitem name": "name_en",
    "Lineitem price": MONEY.format("price_usd"),
    "Lineitem compare at price": "null",
    "Lineitem sku": "sku",
    "Lineitem requires shipping": "'true'",
    "Lineitem taxable": "'true'",
    "Lineitem fulfillment status": "'fulfilled'",
    "Billing Name": _first(BUYER),
    "Billing Street": _first("street_text"),
    "Billing City": _first("city"),
    "Billing Zip": _first("'''' || zip"),
    "Billing Country": _first("if(language = 'ru', 'RU', 'US')"),
    "Billing Phone": _first("'''' || phone_text"),
    "Shipping Name": _first(BUYER),
    "Shipping City": _first("city"),
    "Notes": "null",
    "Cancelled at": _first(f"if(status = 'cancelled', {PAID_AT}, null)"),
    "Payment Method": _first("'Demo Payments'"),
    "Refunded Amount": _first("if(status = 'refunded', subtotal - discount + 5, 0)"),
    "Vendor": "'Ladya Home'",
    "Id": _first("cast(5800000000000 + order_n * 16384 as varchar)"),
    "Tags": "null",
    "Source": _first("'web'"),
    "Lineitem discount": MONEY.format("quantity * price_usd * discount_share"),
}

SHOPIFY_CUSTOMERS = {
    "Customer ID": "'''' || source_key",
    "First Name": "first_name",
    "Last Name": "last_name",
    "Email": "trim(email_text)",
    "Accepts Email Marketing": "if(granted, 'yes', 'no')",
    "Default Address Company": "null",
    "Default Address Address1": "if(u(k, 'address') < 0.7, street_text, null)",
    "Default Address Address2": "null",
    "Default Address City": "if(u(k, 'address') < 0.85, if(is_latin, latin(city, 0.6), city), null)",
    "Default Address Province Code": "if(language = 'en', region, null)",
    "Default Address Country Code": "if(language = 'ru', 'RU', 'US')",
    "Default Address Zip": "if(u(k, 'address') < 0.7, '''' || zip, null)",
    "Default Address Phone": "if(u(k, 'phone again') < 0.5, '''' || phone_text, null)",
    "Phone": "'''' || phone_text",
    "Accepts SMS Marketing": "'no'",
    "Total Spent": "coalesce(spent, 0)",
    "Total Orders": "coalesce(orders, 0)",
    "Note": "null",
    "Tax Exempt": "'no'",
    "Tags": "if(orders > 2, 'vip, loyal', null)",
}

PLAIN_LINE = """
create temp table plain_line as
select account.*, sale.n as order_n, sale.ordered_at + interval 3 hour as local_at, sale.status, sale.promo, sale.channel, line.line, line.sku, line.name_ru, line.name_en, line.category_ru, line.category_en, line.quantity, line.discount_share,
    if(account.language = 'ru', line.price_rub, line.price_usd) as price,
    account.entity = 'card' or sale.channel = 'store' and u(account.person, 'carries card') < 0.5 as shows_card
from sale join account using (record_id) join sale_line as line using (sale) where sale.source = 'orders'
"""


def rubles(expression: str) -> str:
    """An amount as Russian spreadsheets write it."""
    return f"replace(replace(format('{{:,.2f}}', cast({expression} as double)), ',', ' '), '.', ',')"


PLAIN = {
    "Номер заказа": "'L-' || cast(100000 + order_n as varchar)",
    "Дата заказа": "strftime(local_at, '%d.%m.%Y %H:%M:%S')",
    "Статус": "case status when 'paid' then 'Оплачен' when 'cancelled' then 'Отменён' when 'refunded' then 'Возврат' else 'Новый' end",
    "ID клиента": "if(entity = 'customer', source_key, null)",
    "Номер карты": "if(shows_card, card, null)",
    "ФИО": "concat_ws(' ', last_name, first_name, middle_name)",
    "Электронная почта": "email_text",
    "Телефон": "phone_text",
    "Город": "city",
    "Артикул": "sku",
    "Товар": "if(language = 'ru', name_ru, name_en)",
    "Категория": "if(language = 'ru', category_ru, category_en)",
    "Количество": "quantity",
    "Цена": rubles("price"),
    "Скидка": rubles("quantity * price * discount_share"),
    "Сумма": rubles("quantity * price * (1 - discount_share)"),
    "Валюта": "if(language = 'ru', 'RUB', 'USD')",
    "Промокод": "promo",
    "Магазин": "if(channel = 'store', 'Магазин на Набережной', 'Сайт')",
}


def _shopify(company: Company) -> None:
    con = company.con
    con.execute(SHOPIFY_LINE)
    agreed = "left join (select person, granted_at is not null and withdrawn_at is null as granted from consent) as will using (person)"
    header, select = split(SHOPIFY_ORDERS)
    company.delimited(f"shopify/orders_export_{company.day()}.csv", header, f"select {select} from shopify_line {agreed} order by order_n desc, line")
    header, select = split(SHOPIFY_CUSTOMERS)
    company.delimited(
        f"shopify/customers_export_{company.day()}.csv",
        header,
        f"""select {select} from account {agreed}
        left join (select record_id, count(distinct sale) as orders, sum(if(line = 1, subtotal - discount + 5, 0)) as spent from shopify_line group by record_id) as bought using (record_id)
        where source = 'shopify' order by n""",
    )


def write(company: Company) -> None:
    """Shopify's two files, and a file of plain orders per half of the time told; the last has a quote that nobody closed."""
    _shopify(company)
    company.con.execute(PLAIN_LINE)
    header, select = split(PLAIN)
    middle = company.start_at + (company.end_at - company.start_at) / 2
    company.delimited(
        f"orders/zakazy_{middle:%Y-%m-%d}.csv",
        header,
        f"select {select} from plain_line where local_at < timestamp '{middle}' order by order_n, line",
        delimiter=";",
        encoding="cp1251",
        written=24 * ((company.end_at - middle).days),
    )
    company.delimited(
        f"orders/zakazy_{company.day()}.csv",
        header,
        f"select {select} from plain_line where local_at >= timestamp '{middle}' order by order_n, line",
        delimiter=";",
        encoding="utf-8-sig",
        broken=('L-999999;31.12.2025 10:00:00;"Оплачен;;;Проверка кассы',),
    )
