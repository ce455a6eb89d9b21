"""VK Реклама (myTarget before). One kind of identifier per file, one per line, header `id`; hashes are MD5 of the plain value.

target.my.com/help/advertisers/sourceuserlists/en: 2,000 to 5,000,000 lines, 128 MB, UTF-8. A list is changed by uploading one whose `base`
is its number (adds) or minus its number (takes away): ads.vk.com/doc/api/object/RemarketingUsersList.
"""

from pipelines.audiences.target import File, Target

PHONES = File("phones", {"id": "md5(ad_phone(phone))"}, (("id",),))
EMAILS = File("emails", {"id": "md5(ad_email(email))"}, (("id",),))
VK = Target(
    "vk", (PHONES, EMAILS), least_rows=2_000, most_rows=5_000_000, most_bytes=128_000_000,
    how=("VK Реклама: Audiences, User lists, phones and e-mails as two lists; by API `base` = N adds to list N, -N takes from it", "VK Реклама: Аудитории, Списки пользователей, телефоны и почта двумя списками; через API `base` = N добавляет в список N, -N убирает из него"),
)  # fmt: skip
