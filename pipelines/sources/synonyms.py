"""What headers of unknown exports usually mean, in Russian and English: the guesses behind a drafted source.

A guess is a start for a person to check, so the rules are short: the first pattern that fits a header's slug wins.
"""

import re

from pipelines.sources.headers import slug

# Field of the record or type of the identifier -> pattern on the latin slug of the header. The order matters:
# `data_rozhdeniya` must be asked before `data`, `e_mail_dlya_rassylok` before `rassylk`.
FIELDS = {
    "email": r"e_?mail|(^|_)(el(ektronnaya|ektr)?_)?pochta$|pochtovyy_yashchik|elektronnyy_adres|elektronnaya_pochta",
    "phone": r"phone|telefon|mobil|(^|_)tel($|_)|(^|_)sotovyy|cell",
    "loyalty_card": r"(loyalty|bonus|discount|club)_?card|card_?(no|num|number|id)$|^card$|nomer_karty|karta|kart[ay]_loyalnosti",
    "birth_date": r"birth|rozhden|^dob$|^dr$",
    "full_name": r"(^|_)(fio|full_?name)($|_)|^(f_i_o|name|klient|pokupatel|kontakt(noe_litso)?|(customer|client|contact|buyer)(_name)?|imya_(i_)?familiya|familiya_imya.*)$",
    "additional_name": r"otchestvo|middle|patronym|second_name",
    "given_name": r"first_?name|given|^imya($|_(klienta|pokupatelya|kontakta|gostya)$)|^fname$",
    "family_name": r"last_?name|family|surname|familiya|^lname$",
    "gender": r"^(gender|sex|pol)$",
    "postal_code": r"zip|post(al)?_?code|indeks",
    "country": r"country|strana",
    "locality": r"city|town|gorod|locality|nas(elennyy|_punkt)|naselennyy_punkt",
    "region": r"region|state|oblast|province|kray",
    "street": r"street|address|adres|ulitsa",
    "language": r"lang|yazyk|locale",
    "company": r"company|organi[sz]a|kompaniya",
    "source_created_at": r"creat|regist|sozdan|dobavl|signup|added",
    "source_updated_at": r"updat|modif|chang|izmen|obnovl",
    "marketing_consent": r"consent|opt_?in|subscrib|soglas|podpis|rassylk|marketing",
    "source_key": r"^(id|uid|guid|nomer|kod|code|no)$|^(customer|client|contact|user|member|klient|record|account)_?(id|no|code|number)$|(id|kod)_klienta|kod_kontragenta",
}


def meaning(header: str) -> str | None:
    """The field a header most likely stands for, None if nothing is near."""
    name = slug(header)
    return next((field for field, pattern in FIELDS.items() if re.search(pattern, name)), None)


def meanings(columns: dict[str, str]) -> dict[str, list[str]]:
    """Raw columns by what their headers most likely mean. Only e-mails and phones may be several; of the rest the first wins."""
    found: dict[str, list[str]] = {}
    for column, header in columns.items():
        field = meaning(header)
        if field and (field in ("email", "phone") or field not in found):
            found.setdefault(field, []).append(column)
    return found
