"""Bitrix24 contact, lead and deal exports: `;`, cp1251 or UTF-8 with a mark, phones and e-mails over many columns.

The header is the field's Russian title; REST codes count too. Several values of one kind share a cell.
A deal carries its contact's columns beside it, with the prefix `Контакт: `. Lands in `raw_bitrix24`, all columns as text.
"""

from pipelines.sources.preset import Preset, Table

PERSON = {
    "id": ("ID",),
    "honorific": ("Обращение", "HONORIFIC"),
    "first_name": ("Имя", "NAME"),
    "second_name": ("Отчество", "SECOND_NAME"),
    "last_name": ("Фамилия", "LAST_NAME"),
    "full_name": ("Имя, Фамилия",),
    "birth_date": ("Дата рождения", "BIRTHDATE"),
    "address": ("Адрес", "ADDRESS"),
    "street": ("Улица, номер дома",),
    "apartment": ("Квартира, офис, комната, этаж", "ADDRESS_2", "Адрес (стр. 2)"),
    "city": ("Населенный пункт", "Город", "ADDRESS_CITY"),
    "district": ("Район", "ADDRESS_REGION"),
    "region": ("Регион", "Область", "ADDRESS_PROVINCE"),
    "postal_code": ("Почтовый индекс", "ADDRESS_POSTAL_CODE"),
    "country": ("Страна", "ADDRESS_COUNTRY"),
    "work_phone": ("Рабочий телефон",),
    "mobile_phone": ("Мобильный телефон", "Телефон", "PHONE"),
    "fax": ("Номер факса",),
    "home_phone": ("Домашний телефон",),
    "pager": ("Номер пейджера",),
    "mailing_phone": ("Телефон для рассылок",),
    "other_phone": ("Другой телефон",),
    "work_email": ("Рабочий e-mail", "E-mail", "EMAIL"),
    "private_email": ("Частный e-mail",),
    "mailing_email": ("E-mail для рассылок",),
    "other_email": ("Другой e-mail",),
    "vk": ("Контакт ВКонтакте", "Страница ВКонтакте"),
    "telegram": ("Контакт Telegram",),
    "company": ("Компания", "Название компании", "COMPANY_TITLE"),
    "job_title": ("Должность", "POST"),
    "comment": ("Комментарий", "COMMENTS"),
    "origin": ("Источник", "SOURCE_ID"),
    "owner": ("Ответственный", "ASSIGNED_BY_ID"),
    "utm_source": ("UTM Source", "Рекламная система", "UTM_SOURCE"),
    "utm_medium": ("UTM Medium", "Тип трафика", "UTM_MEDIUM"),
    "utm_campaign": ("UTM Campaign", "Обозначение рекламной кампании", "UTM_CAMPAIGN"),
    "created_at": ("Дата создания", "DATE_CREATE"),
    "modified_at": ("Дата изменения", "DATE_MODIFY"),
    "ym_client_id": ("ym_client_id", "Яндекс ClientID", "ClientID Метрики"),
    "loyalty_card": ("Номер карты", "Карта лояльности"),
    "personal_data_consent": ("Согласие на обработку персональных данных", "Согласие на обработку ПДн"),
    "advertising_consent": ("Согласие на рассылку", "Согласие на получение рекламы"),
    "consent_at": ("Дата согласия",),
}

CONTACTS = PERSON | {
    "contact_type": ("Тип контакта", "TYPE_ID"),
    "is_exported": ("Экспорт", "Участвует в экспорте контактов", "EXPORT"),
    "lead_id": ("Лид", "LEAD_ID", "Лид: ID"),
}

LEADS = PERSON | {
    "title": ("Название лида", "TITLE"),
    "stage": ("Стадия", "STATUS_ID"),
    "amount": ("Возможная сумма", "Сумма", "OPPORTUNITY"),
    "currency": ("Валюта", "CURRENCY_ID"),
    "contact_id": ("Контакт", "Контакт: ID", "CONTACT_ID"),
}

DEALS = {
    "id": ("ID",),
    "category": ("Направление", "Воронка", "CATEGORY_ID"),
    "stage": ("Стадия сделки", "STAGE_ID"),
    "title": ("Название сделки", "Название", "TITLE"),
    "amount": ("Сумма", "OPPORTUNITY"),
    "currency": ("Валюта", "CURRENCY_ID"),
    "owner": ("Ответственный", "ASSIGNED_BY_ID"),
    "contact": ("Контакт",),
    "created_at": ("Дата создания", "DATE_CREATE"),
    "modified_at": ("Дата изменения", "DATE_MODIFY"),
    "closed_at": ("Дата завершения", "CLOSEDATE"),
    "is_closed": ("Закрыта", "CLOSED"),
    "utm_source": ("UTM Source", "Рекламная система", "UTM_SOURCE"),
    "utm_medium": ("UTM Medium", "Тип трафика", "UTM_MEDIUM"),
    "utm_campaign": ("UTM Campaign", "Обозначение рекламной кампании", "UTM_CAMPAIGN"),
    "lead_id": ("Лид", "LEAD_ID"),
    "contact_id": ("Контакт: ID", "CONTACT_ID"),
    "contact_first_name": ("Контакт: Имя",),
    "contact_last_name": ("Контакт: Фамилия",),
    "contact_second_name": ("Контакт: Отчество",),
    "contact_work_phone": ("Контакт: Рабочий телефон",),
    "contact_mobile_phone": ("Контакт: Мобильный телефон",),
    "contact_other_phone": ("Контакт: Другой телефон",),
    "contact_work_email": ("Контакт: Рабочий e-mail",),
    "contact_private_email": ("Контакт: Частный e-mail",),
}

PRESET = Preset(
    name="bitrix24",
    title="Bitrix24",
    kind="crm",
    where="CRM → Контакты, Лиды или Сделки → ⚙ → Экспорт в CSV",
    tables=(
        Table(
            name="contacts",
            description="One row per contact and export",
            files=("*contact*", "*контакт*"),
            columns=CONTACTS,
            required=("id", "last_name"),
            delimiter=";",
        ),
        Table(name="leads", description="One row per lead and export", files=("*lead*", "*лид*"), columns=LEADS, required=("id", "title"), delimiter=";"),
        Table(
            name="deals",
            description="One row per deal and export",
            files=("*deal*", "*сделк*"),
            columns=DEALS,
            required=("id", "stage", "title"),
            delimiter=";",
        ),
    ),
)
