"""Meta Custom Audiences. A CSV in UTF-8; every value hashed on its own after its own rule, names in their own script.

Headers as in business help 2082575038703844; rules as in the Conversions API's customer information parameters, which publish vectors.
"""

from pipelines.audiences.target import File, Target

CONTACTS = File(
    "contacts",
    {
        "email": "sha256(ad_email(email))",
        "phone": "sha256(ad_phone(phone))",
        "fn": "sha256(ad_meta_name(given_name))",
        "ln": "sha256(ad_meta_name(family_name))",
        "ct": "sha256(ad_meta_place(locality))",
        "zip": "sha256(ad_zip(postal_code, country_code))",
        "country": "sha256(ad_country(country_code))",
        "dob": "sha256(strftime(birth_date, '%Y%m%d'))",
        "gen": "sha256(case gender when 'female' then 'f' when 'male' then 'm' end)",
    },
    # Names and places only make a match surer: nobody is found by them alone.
    (("email",), ("phone",)),
)
META = Target(
    "meta", (CONTACTS,), least_rows=100, most_rows=1_000_000, most_bytes=100_000_000,
    how=("Meta Ads Manager: Audiences, Customer list; then Edit, Add or Remove customers", "Meta Ads Manager: Аудитории, Список клиентов; затем Изменить, Добавить или Удалить клиентов"),
)  # fmt: skip
