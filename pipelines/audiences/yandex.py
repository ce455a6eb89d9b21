"""Yandex Audience, CRM data. A CSV in UTF-8, first line the names of the columns, at least phone or e-mail; SHA-256, each field on its own.

yandex.com/support/audience/en/file: up to 1 GB, at least 100 lines; MD5 is not taken since January 2025. Changing a segment:
`modification_type` addition or subtraction, with the columns that the segment began with.
"""

from pipelines.audiences.target import File, Target

CONTACTS = File("contacts", {"phone": "sha256(ad_phone(phone))", "email": "sha256(ad_email(email))"}, (("phone",), ("email",)))
YANDEX = Target(
    "yandex", (CONTACTS,), least_rows=100, most_rows=10_000_000, most_bytes=1_000_000_000,
    how=("Yandex Audience: CRM data, Hashed data, SHA-256; then Add to and Exclude from the segment", "Яндекс Аудитории: Данные CRM, Хешированные данные, SHA-256; затем Добавить в сегмент и Исключить из сегмента"),
)  # fmt: skip
