"""HubSpot's files: contacts in English, the last week's again with Russian headers, and deals."""

from pipelines.demo.files import Company, split

# Each person's browser, where a form caught the cookie.
CONTACT = """
create temp table hubspot_contact as
select account.*, consent.granted_at, consent.withdrawn_at, consent.crm_knows, granted_at is not null and withdrawn_at is null and (not in_mailchimp or u(account.k, 'confirmed') < 0.3) as is_confirmed, twin.source_key as merged_key, second_phone.phone as second_phone, second_email.email as second_email,
    if(u(account.person, 'caught') < 0.4, device.ga_client, null) as ga_client, if(u(account.person, 'tells card') < 0.3, card_holder.card, null) as card_number,
    -- an opt-out is an edit; so are calls and changed fields
    greatest(created_at, coalesce(if(crm_knows, withdrawn_at, null), created_at), if(u(account.k, 'edited') < 0.6, created_at + to_seconds(cast(u(account.k, 'edited at') * date_diff('second', created_at, $end_at - interval 1 hour) as bigint)), created_at)) as modified_at
from account left join consent using (person)
left join (select person, source_key from account where is_merged_away) as twin on twin.person = account.person and account.copy = 1
left join person_phone as second_phone on second_phone.person = account.person and second_phone.slot = 2 and u(account.k, 'both phones') < 0.5
left join person_email as second_email on second_email.person = account.person and second_email.slot = 2 and (u(account.k, 'both e-mails') < 0.5 or second_email.email in (select source_key from account where system = 'mailchimp:subscriber'))
left join device on device.person = account.person and device.slot = 1
left join (select person, card from account where system = 'orders:card') as card_holder on card_holder.person = account.person
where system = 'hubspot:contact' and not is_merged_away
"""

_STAGES_EN = (
    "case when u(k, 'stage') < 0.2 then 'Subscriber' when u(k, 'stage') < 0.6 then 'Lead' when u(k, 'stage') < 0.9 then 'Customer' else 'Opportunity' end"
)
_STAGES_RU = (
    "case when u(k, 'stage') < 0.2 then 'Подписчик' when u(k, 'stage') < 0.6 then 'Лид' when u(k, 'stage') < 0.9 then 'Клиент' else 'Возможная сделка' end"
)

# English title, Russian title, expression, expression of the Russian file if it differs
CONTACTS = (
    ("Record ID", "Идентификатор записи", "source_key", None),
    ("First Name", "Имя", "first_name", None),
    ("Last Name", "Фамилия", "last_name", None),
    ("Email", "Электронная почта", "email_text", None),
    ("Additional email addresses", "Дополнительные адреса электронной почты", "second_email", None),
    ("Phone Number", "Номер телефона", "phone_text", None),
    ("Mobile Phone Number", "Номер мобильного телефона", "second_phone", None),
    ("Job Title", "Должность", "if(u(k, 'shows job') < 0.4, job, null)", None),
    ("Company Name", "Название компании", "if(u(k, 'shows job') < 0.35, company, null)", None),
    ("Street Address", "Адрес", "if(u(k, 'address') < 0.5, if(is_latin, latin(street_text, 0.6), street_text), null)", None),
    ("City", "Город", "if(u(k, 'address') < 0.75, if(is_latin, latin(city, 0.6), city), null)", None),
    ("State/Region", "Область/регион", "if(u(k, 'address') < 0.5, if(is_latin, latin(region, 0.6), region), null)", None),
    ("Postal Code", "Почтовый индекс", "if(u(k, 'address') < 0.5, zip, null)", None),
    ("Country/Region", "Страна/регион", "if(language = 'ru', 'Russia', 'United States')", "if(language = 'ru', 'Россия', 'США')"),
    ("Date of birth", "Дата рождения", "coalesce(cast(birth_text as varchar), cast(birth_year_text as varchar))", None),
    ("Preferred language", "Предпочитаемый язык", "language", None),
    ("Lifecycle Stage", "Этап жизненного цикла", _STAGES_EN, _STAGES_RU),
    (
        "Original Source",
        "Первоначальный источник",
        "case when u(k, 'came') < 0.4 then 'Organic Search' when u(k, 'came') < 0.7 then 'Paid Social' else 'Offline Sources' end",
        None,
    ),
    ("Create Date", "Дата создания", "strftime(created_at, '%Y-%m-%d %H:%M')", None),
    ("Last Modified Date", "Дата последнего изменения", "strftime(modified_at, '%Y-%m-%d %H:%M')", None),
    (
        "Unsubscribed from all email",
        "Отписан от всех рассылок",
        "case when withdrawn_at is not null and crm_knows then 'true' when granted_at is not null then 'false' end",
        "case when withdrawn_at is not null and crm_knows then 'Да' when granted_at is not null then 'Нет' end",
    ),
    ("Email Confirmation Status", "Статус подтверждения электронной почты", "if(is_confirmed, 'Confirmed', null)", "if(is_confirmed, 'Подтверждено', null)"),
    (
        "Legal basis for processing contact's data",
        "Правовое основание обработки данных контакта",
        "if(granted_at is not null, 'Freely given consent from contact', null)",
        None,
    ),
    ("Merged Object IDs", "Идентификаторы объединенных записей", "merged_key", None),
    ("GA Client ID", "GA Client ID", "ga_client", None),
    ("Loyalty card", "Номер карты лояльности", "card_number", None),
)

DEALS = {
    "Record ID": "cast(700000 + row_number() over (order by created_at, source_key) * 11 as varchar)",
    "Deal Name": "if(language = 'ru', 'Кухня: ', 'Kitchen: ') || coalesce(last_name, first_name, source_key)",
    "Deal Stage": "case when u(k, 'deal stage') < 0.35 then 'Closed won' when u(k, 'deal stage') < 0.6 then 'Closed lost' when u(k, 'deal stage') < 0.8 then 'Presentation scheduled' else 'Contract sent' end",
    "Pipeline": "'Sales Pipeline'",
    "Amount": "if(u(k, 'amount style') < 0.2, '$', '') || cast(500 + cast(floor(u(k, 'amount') ** 2 * 8000) as int) as varchar)",
    "Currency": "'USD'",
    "Create Date": "strftime(deal_at, '%Y-%m-%d %H:%M')",
    "Close Date": "if(u(k, 'deal stage') < 0.6, strftime(closed_at, '%Y-%m-%d %H:%M'), null)",
    "Deal owner": "'Olga Demo'",
    "Is closed lost": "if(u(k, 'deal stage') between 0.35 and 0.6, 'true', 'false')",
    "Associated Contact IDs": "source_key",
}


def write(company: Company) -> None:
    """Contacts as of eight days before the end, what was new or changed since, and all deals."""
    con, week_ago = company.con, f"timestamp '{company.end_at}' - interval 8 day"
    con.execute(CONTACT, {"end_at": company.end_at})
    english, select = split({en: expression for en, _, expression, _ in CONTACTS})
    broken = ('"Harbor, Kate",99', "100003,Test")
    company.delimited(
        f"hubspot/hubspot-crm-exports-all-contacts-{company.day(8)}.csv",
        english,
        f"select {select} from hubspot_contact where modified_at < {week_ago} or u(k, 'edited') >= 0.6 and created_at < {week_ago} order by cast(source_key as bigint)",
        broken=broken,
        written=192,
    )
    russian, select = split({ru: other or expression for _, ru, expression, other in CONTACTS})
    company.delimited(
        f"hubspot/экспорт-контакты-{company.day()}.csv",
        russian,
        f"select {select} from hubspot_contact where modified_at >= {week_ago} order by cast(source_key as bigint)",
        encoding="utf-8-sig",
    )
    header, select = split(DEALS)
    company.delimited(
        f"hubspot/hubspot-crm-exports-all-deals-{company.day()}.csv",
        header,
        f"""
        select {select} from (
            select *, deal_at + to_seconds(cast(u(k, 'closing') * date_diff('second', deal_at, timestamp '{company.end_at}' - interval 1 hour) as bigint)) as closed_at from (
                select *, created_at + to_seconds(cast(u(k, 'dealt') * date_diff('second', created_at, timestamp '{company.end_at}' - interval 1 hour) as bigint)) as deal_at from hubspot_contact where u(k, 'deal') < 0.12))
        order by 1""",
    )
