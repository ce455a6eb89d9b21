"""Google Customer Match. A CSV in UTF-8 with these English headers; names, e-mail and phone hashed, country and postal code not.

support.google.com/google-ads/answer/7659867 and 7476159; the address is matched only if all four of its columns are there. Least size: 100 active users for
the network, 1,000 for YouTube (support.google.com/ads-data-hub/answer/9935747). Up to 1,000,000 lines at once, as the API advises per job.
"""

from pipelines.audiences.target import File, Target

HAS_ADDRESS = "ad_name(given_name) is not null and ad_name(family_name) is not null and ad_country(country_code) is not null and ad_zip(postal_code, country_code) is not null"
CONTACTS = File(
    "contacts",
    {
        "Email": "sha256(ad_google_email(email))",
        "Phone": "sha256(ad_google_phone(phone))",
        "First Name": f"case when {HAS_ADDRESS} then sha256(ad_name(given_name)) end",
        "Last Name": f"case when {HAS_ADDRESS} then sha256(ad_name(family_name)) end",
        "Country": f"case when {HAS_ADDRESS} then upper(ad_country(country_code)) end",
        "Zip": f"case when {HAS_ADDRESS} then ad_zip(postal_code, country_code) end",
    },
    (("Email",), ("Phone",), ("First Name", "Last Name", "Country", "Zip")),
)
GOOGLE = Target(
    "google", (CONTACTS,), least_rows=1_000, most_rows=1_000_000, most_bytes=100_000_000,
    how=("Google Ads: Audience manager, Customer list, hashed; add and remove are two uploads", "Google Реклама: Менеджер аудиторий, Список клиентов, хешированные данные; добавление и удаление — две загрузки"),
)  # fmt: skip
