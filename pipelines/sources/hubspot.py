"""HubSpot contact and deal exports, as the CSV or XLSX that HubSpot's export button writes.

Headers come in the portal's language, so English and Russian titles and the internal property names all count.
`Record ID` turns into `Record ID - Contact` when associated objects are exported along.
Lands in `raw_hubspot`, all columns as text.
"""

from pipelines.sources.preset import Preset, Table

CONTACTS = {
    "record_id": (
        "Record ID",
        "Record ID - Contact",
        "Идентификатор записи",
        "Идентификатор записи - Контакт",
        "ИД записи",
        "hs_object_id",
        "id",
        "contact_id",
        "vid",
    ),
    "first_name": ("First Name", "Имя", "firstname", "property_firstname"),
    "last_name": ("Last Name", "Фамилия", "lastname", "property_lastname"),
    "email": ("Email", "Электронная почта", "Эл. почта", "Адрес электронной почты", "property_email"),
    "additional_emails": ("Additional email addresses", "Дополнительные адреса электронной почты", "hs_additional_emails"),
    "phone_number": ("Phone Number", "Номер телефона", "Телефон", "phone", "property_phone"),
    "mobile_phone_number": ("Mobile Phone Number", "Номер мобильного телефона", "Мобильный телефон", "mobilephone"),
    "job_title": ("Job Title", "Должность", "jobtitle", "property_jobtitle"),
    "company_name": ("Company Name", "Название компании", "company", "property_company"),
    "street_address": ("Street Address", "Адрес", "Улица, номер дома", "address"),
    "city": ("City", "Город"),
    "state_region": ("State/Region", "Область/регион", "Регион", "state"),
    "postal_code": ("Postal Code", "Почтовый индекс", "zip"),
    "country_region": ("Country/Region", "Страна/регион", "Страна", "country"),
    "date_of_birth": ("Date of birth", "Дата рождения", "date_of_birth"),
    "gender": ("Gender", "Пол"),
    "preferred_language": ("Preferred language", "Предпочитаемый язык", "hs_language"),
    "lifecycle_stage": ("Lifecycle Stage", "Этап жизненного цикла", "lifecyclestage"),
    "lead_status": ("Lead Status", "Статус лида", "hs_lead_status"),
    "marketing_contact_status": ("Marketing contact status", "Статус маркетингового контакта", "hs_marketable_status"),
    "contact_owner": ("Contact owner", "Ответственный за контакт", "hubspot_owner_id"),
    "original_source": ("Original Source", "Original Traffic Source", "Первоначальный источник", "hs_analytics_source"),
    "create_date": ("Create Date", "Дата создания", "createdate", "property_createdate"),
    "last_activity_date": ("Last Activity Date", "Дата последней активности", "notes_last_updated"),
    "last_modified_date": ("Last Modified Date", "Дата последнего изменения", "lastmodifieddate"),
    "unsubscribed_from_all_email": ("Unsubscribed from all email", "Отписан от всех рассылок", "hs_email_optout"),
    "email_confirmation_status": ("Email Confirmation Status", "Статус подтверждения электронной почты", "hs_emailconfirmationstatus"),
    "legal_basis": ("Legal basis for processing contact's data", "Правовое основание обработки данных контакта", "hs_legal_basis"),
    "merged_object_ids": (
        "Merged Object IDs",
        "Merged record IDs",
        "Идентификаторы объединенных записей",
        "hs_merged_object_ids",
        "property_hs_merged_object_ids",
    ),
    "ga_client_id": ("GA Client ID", "Google Analytics Client ID", "ga_client_id"),
    "ym_client_id": ("YM Client ID", "Yandex Metrica ClientID", "ym_client_id"),
    "loyalty_card": ("Loyalty card", "Loyalty card number", "Номер карты лояльности"),
}

DEALS = {
    "record_id": ("Record ID", "Record ID - Deal", "Идентификатор записи", "Идентификатор записи - Сделка", "hs_object_id", "deal_id"),
    "deal_name": ("Deal Name", "Название сделки", "dealname", "property_dealname"),
    "deal_stage": ("Deal Stage", "Этап сделки", "dealstage", "deal_pipeline_stage_id"),
    "pipeline": ("Pipeline", "Воронка", "deal_pipeline_id"),
    "amount": ("Amount", "Сумма", "property_amount"),
    "currency": ("Currency", "Валюта", "deal_currency_code"),
    "close_date": ("Close Date", "Дата закрытия", "closedate", "property_closedate"),
    "create_date": ("Create Date", "Дата создания", "createdate", "property_createdate"),
    "deal_owner": ("Deal owner", "Ответственный за сделку", "hubspot_owner_id", "owner_id"),
    "is_closed_lost": ("Is closed lost", "Закрыта с проигрышем", "hs_is_closed_lost"),
    "is_closed_won": ("Is Closed Won", "Закрыта с выигрышем", "hs_is_closed_won"),
    "associated_contact_ids": ("Associated Contact IDs", "Идентификаторы связанных контактов", "Record ID - Contact"),
    "associated_company_ids": ("Associated Company IDs", "Идентификаторы связанных компаний"),
}

PRESET = Preset(
    name="hubspot",
    title="HubSpot",
    kind="crm",
    where="Contacts or Deals → Export → CSV; internal names and all properties are best",
    tables=(
        Table(
            name="contacts", description="One row per contact and export", files=("*contact*", "*контакт*"), columns=CONTACTS, required=("record_id", "email")
        ),
        Table(name="deals", description="One row per deal and export", files=("*deal*", "*сделк*"), columns=DEALS, required=("record_id", "deal_name")),
    ),
)
