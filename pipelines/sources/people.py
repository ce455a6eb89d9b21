"""Plain list of people: any till, loyalty programme or spreadsheet that can write one row per person.

A cell of e-mails or phones may hold several, apart by semicolon or comma. `svod identity evaluate` reads its records this way too.
Lands in `raw_people`, all columns as text.
"""

from pipelines.sources.preset import Preset, Table

PEOPLE = {
    "record_id": ("record_id", "ID", "Customer ID", "Код", "ID клиента", "Код клиента"),
    "source": ("source", "Источник"),
    "full_name": ("full_name", "Name", "Full name", "ФИО", "Имя и фамилия"),
    "given_name": ("given_name", "First name", "Имя"),
    "family_name": ("family_name", "Last name", "Surname", "Фамилия"),
    "additional_name": ("additional_name", "Middle name", "Patronymic", "Отчество"),
    "birth_date": ("birth_date", "Birth date", "Date of birth", "Birthday", "Дата рождения", "День рождения"),
    "gender": ("gender", "Sex", "Пол"),
    "email": ("email", "E-mail", "Почта", "Электронная почта"),
    "phone": ("phone", "Phone number", "Mobile", "Телефон"),
    "street": ("street", "Address", "Street address", "Адрес", "Улица"),
    "locality": ("locality", "City", "Town", "Город", "Населённый пункт"),
    "region": ("region", "State", "Province", "Регион", "Область"),
    "postal_code": ("postal_code", "Postcode", "Zip", "Индекс", "Почтовый индекс"),
    "country_code": ("country_code", "Country", "Страна"),
    "card_number": ("card_number", "Loyalty card", "Номер карты", "Карта"),
    "national_id": ("national_id", "National ID", "ИНН", "СНИЛС"),
    "push_subscription": ("push_subscription", "Web push", "Push-подписка"),  # what the browser gave, as JSON
    "updated_at": ("updated_at", "Updated", "Last modified", "Дата изменения"),
}

SPELLINGS = {column: (*spellings, column.replace("_", " ")) for column, spellings in PEOPLE.items()}

PRESET = Preset(
    name="people",
    title="Plain list of people",
    kind="crm",
    where="one row per person, CSV, XLSX or Parquet, headers in Russian or English",
    tables=(Table(name="people", description="One row per person and export", columns=SPELLINGS, required=("record_id",)),),
)
