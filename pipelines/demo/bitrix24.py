"""Bitrix24's files: contacts and leads in cp1251, deals in UTF-8 with a mark; `;`, Russian titles, Moscow time."""

from pipelines.demo import mess
from pipelines.demo.files import Company, split
from pipelines.demo.forms import CHAT

PERSON = """
create temp table bitrix24_person as
select account.*, consent.granted_at, consent.withdrawn_at, consent.crm_knows, second_phone.phone as second_phone, second_email.email as second_email,
    if(u(account.person, 'caught') < 0.4, device.ym_client, null) as ym_client, if(u(account.person, 'tells card') < 0.3, card_holder.card, null) as card_number, contact.source_key as contact_key,
    created_at + interval 3 hour as created_local,
    -- whoever notes a withdrawal edits the contact
    interval 3 hour + greatest(created_at + to_seconds(cast(u(account.k, 'edited at') * greatest(0, date_diff('second', created_at, $end_at - interval 4 hour)) as bigint)), if(crm_knows and withdrawn_at > created_at, withdrawn_at, created_at)) as modified_local
from account left join consent using (person)
left join person_phone as second_phone on second_phone.person = account.person and second_phone.slot = 2 and u(account.k, 'both phones') < 0.5
left join person_email as second_email on second_email.person = account.person and second_email.slot = 2 and (u(account.k, 'both e-mails') < 0.5 or second_email.email in (select source_key from account where system = 'mailchimp:subscriber'))
left join device on device.person = account.person and device.slot = 1
left join (select person, card from account where system = 'orders:card') as card_holder on card_holder.person = account.person
left join (select person, source_key from account where system = 'bitrix24:contact' and copy = 1) as contact on contact.person = account.person and account.entity = 'lead' and u(account.k, 'converted') < 0.7
where source = 'bitrix24'
"""

# A manager types what there is no day for, or what the customer said.
NO_DATES = "case when u(k, 'no date') < 0.5 then '31.02.1985' when u(k, 'no date') < 0.8 then 'в мае' else '00.00.0000' end"
BIRTH = f"if(u(k, 'typed date') < {mess.SHARES['birth_impossible']}, {NO_DATES}, coalesce(strftime(birth_text, '%d.%m.%Y'), cast(birth_year_text as varchar)))"
# Two phones in one cell, or the second in its own column.
PHONES = "if(u(k, 'one cell') < 0.5 and second_phone is not null, coalesce(phone_text || ', ', '') || second_phone, phone_text)"

CONTACTS = {
    "ID": "source_key",
    "Обращение": "null",
    "Имя": "first_name",
    "Отчество": "middle_name",
    "Фамилия": "last_name",
    "Дата рождения": BIRTH,
    "Улица, номер дома": "if(u(k, 'address') < 0.45, street_text, null)",
    "Населенный пункт": "if(u(k, 'address') < 0.8, city, null)",
    "Регион": "if(u(k, 'address') < 0.45, region, null)",
    "Почтовый индекс": "if(u(k, 'address') < 0.45, zip, null)",
    "Страна": "if(language = 'ru', 'Россия', 'США')",
    "Рабочий телефон": "null",
    "Мобильный телефон": PHONES,
    "Домашний телефон": "if(u(k, 'one cell') >= 0.5, second_phone, null)",
    "Рабочий e-mail": "if(u(k, 'e-mail kind') < 0.5, email_text, null)",
    "Частный e-mail": "nullif(concat_ws(', ', if(u(k, 'e-mail kind') >= 0.5, email_text, null), second_email), '')",
    "E-mail для рассылок": "null",
    "Контакт Telegram": f"if(u(person, 'shows chat') < 0.5, {CHAT}, null)",
    "Компания": "if(u(k, 'shows job') < 0.3, company, null)",
    "Должность": "if(u(k, 'shows job') < 0.3, job, null)",
    "Тип контакта": "if(u(k, 'type') < 0.8, 'Клиенты', 'Другое')",
    "Источник": "case when u(k, 'came') < 0.4 then 'Веб-сайт' when u(k, 'came') < 0.7 then 'Звонок' else 'Магазин' end",
    "Ответственный": "'Ольга Демидова'",
    "Дата создания": "strftime(created_local, '%d.%m.%Y %H:%M:%S')",
    "Дата изменения": "strftime(modified_local, '%d.%m.%Y %H:%M:%S')",
    "Экспорт": "'Y'",
    "Номер карты": "card_number",
    "ym_client_id": "ym_client",
    "Согласие на обработку персональных данных": "'да'",
    "Согласие на рассылку": "case when withdrawn_at is not null and crm_knows then 'нет' when granted_at is not null then 'да' end",
    "Дата согласия": "strftime(coalesce(if(crm_knows, withdrawn_at, null), granted_at, created_at) + interval 3 hour, '%d.%m.%Y %H:%M:%S')",
}

# The export before the time told: nobody has withdrawn yet, nothing later is known.
EARLIER = {
    "Дата изменения": "strftime(created_local, '%d.%m.%Y %H:%M:%S')",
    "Согласие на рассылку": "if(granted_at is not null, 'да', null)",
    "Дата согласия": "strftime(coalesce(granted_at, created_at) + interval 3 hour, '%d.%m.%Y %H:%M:%S')",
}

LEADS = {
    "ID": "source_key",
    "Название лида": "if(u(k, 'came') < 0.5, 'Заявка с сайта', 'Обратный звонок') || ' №' || source_key",
    "Имя": "first_name",
    "Фамилия": "last_name",
    "Отчество": "middle_name",
    "Дата рождения": BIRTH,
    "Населенный пункт": "if(u(k, 'address') < 0.5, city, null)",
    "Мобильный телефон": PHONES,
    "Частный e-mail": "email_text",
    "Стадия": "if(contact_key is not null, 'Сконвертирован', if(u(k, 'stage') < 0.5, 'В работе', 'Некачественный лид'))",
    "Возможная сумма": "replace(cast(cast(floor(u(k, 'amount') * 90000) as int) as varchar), '.', ',') || ',00'",
    "Валюта": "'RUB'",
    "Источник": "if(u(k, 'came') < 0.5, 'Веб-сайт', 'Звонок')",
    "Ответственный": "'Ольга Демидова'",
    "Дата создания": "strftime(created_local, '%d.%m.%Y %H:%M:%S')",
    "Дата изменения": "strftime(modified_local, '%d.%m.%Y %H:%M:%S')",
    "Контакт: ID": "contact_key",
    "UTM Source": "if(u(k, 'came') < 0.3, 'yandex', null)",
    "UTM Medium": "if(u(k, 'came') < 0.3, 'cpc', null)",
    "UTM Campaign": "if(u(k, 'came') < 0.3, 'autumn_sale', null)",
    "ym_client_id": "ym_client",
}

DEALS = {
    "ID": "cast(9000 + row_number() over (order by created_local, source_key) as varchar)",
    "Направление": "'Мебель на заказ'",
    "Стадия сделки": "case when u(k, 'deal stage') < 0.4 then 'Сделка успешна' when u(k, 'deal stage') < 0.65 then 'Сделка провалена' else 'Согласование' end",
    "Название сделки": "'Заказ: ' || coalesce(last_name, first_name, source_key)",
    "Сумма": "cast(20000 + cast(floor(u(k, 'amount') ** 2 * 300000) as int) as varchar) || ',50'",
    "Валюта": "'RUB'",
    "Ответственный": "'Ольга Демидова'",
    "Контакт": "concat_ws(' ', first_name, last_name)",
    "Дата создания": "strftime(created_local, '%d.%m.%Y %H:%M:%S')",
    "Дата изменения": "strftime(modified_local, '%d.%m.%Y %H:%M:%S')",
    "Дата завершения": "if(u(k, 'deal stage') < 0.65, strftime(modified_local, '%d.%m.%Y'), null)",
    "Закрыта": "if(u(k, 'deal stage') < 0.65, 'Y', 'N')",
    "Контакт: ID": "source_key",
    "Контакт: Имя": "first_name",
    "Контакт: Фамилия": "last_name",
    "Контакт: Отчество": "middle_name",
    "Контакт: Мобильный телефон": "phone_text",
    "Контакт: Частный e-mail": "email_text",
}


def write(company: Company) -> None:
    """CONTACT.csv, LEAD.csv and DEAL.csv as of now, and the contacts as they stood when the time told begins."""
    company.con.execute(PERSON, {"end_at": company.end_at})
    people = "from bitrix24_person where entity"
    header, select = split(CONTACTS)
    company.delimited(
        "bitrix24/CONTACT.csv", header, f"select {select} {people} = 'contact' order by cast(source_key as bigint)", delimiter=";", encoding="cp1251"
    )
    header, select = split(CONTACTS | EARLIER)
    known = f"created_at < timestamp '{company.start_at}'"
    hours = (company.end_at - company.start_at).days * 24
    company.delimited(
        "bitrix24/earlier/CONTACT.csv",
        header,
        f"select {select} {people} = 'contact' and {known} order by cast(source_key as bigint)",
        delimiter=";",
        encoding="cp1251",
        written=hours,
    )
    header, select = split(LEADS)
    company.delimited(
        "bitrix24/LEAD.csv",
        header,
        f"select {select} {people} = 'lead' order by cast(source_key as bigint)",
        delimiter=";",
        encoding="cp1251",
        broken=("99999999;Заявка с сайта",),
    )
    header, select = split(DEALS)
    company.delimited(
        "bitrix24/DEAL.csv", header, f"select {select} {people} = 'contact' and u(k, 'deal') < 0.2 order by 1", delimiter=";", encoding="utf-8-sig"
    )
