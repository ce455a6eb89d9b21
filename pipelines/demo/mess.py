"""How messy the company is: every share of every flaw, in one table, and the SQL that spoils a clean value.

Shares are probabilities per record (per person where said). They decide how hard the identity engine's work is.
"""

SHARES = {
    # people who resemble each other
    "relative": 0.30,  # of odd people: lives with the one before
    "namesake": 0.015,  # of people: carries the name of somebody else
    "maiden": 0.05,  # of women: older records hold another family name
    "moved": 0.12,  # of people: older records hold another address
    "second_email": 0.30,  # of people
    "email_left": 0.25,  # of second e-mails: given up since, older records hold it
    "second_phone": 0.25,  # of people
    # names as typed
    "given_typo": 0.02,
    "family_typo": 0.03,
    "diminutive": 0.10,
    "swapped_names": 0.02,
    "family_missing": 0.03,
    "patronymic_missing": 0.55,
    # dates of birth as typed
    "birth_missing": 0.35,
    "birth_swapped": 0.02,
    "birth_year_only": 0.02,
    "birth_impossible": 0.01,  # of Bitrix24's
    # e-mails as typed
    "email_typo": 0.010,
    "email_upper": 0.05,
    "email_spaces": 0.02,
    "email_tagged": 0.03,
    "email_junk": 0.010,
    "email_other": 0.15,  # the second one, where there is one
    "email_left_held": 0.6,  # of records made before it was given up
    # phones as typed
    "phone_junk": 0.010,
    "phone_other": 0.15,
    "phone_of_family": 0.25,  # of records of relatives
    "phone_of_office": 0.012,
    "phone_extension": 0.02,
    # systems that hold somebody twice
    "hubspot_twice": 0.05,
    "hubspot_twice_merged": 0.35,  # of those: merged by the staff since
    "bitrix24_twice": 0.05,
    "mailchimp_twice": 0.05,
    "shopify_twice": 0.03,
}

JUNK_EMAILS = ("test@test.test", "n/a", "нет", "-", "no@no.no", "none")
JUNK_PHONES = ("79999999999", "нет", "-", "+7 (000) 000-00-00", "n/a", "1234567")

_CYRILLIC = "абвгдезийклмнопрстуфыэАБВГДЕЗИЙКЛМНОПРСТУФЫЭ"
_TABLES = {  # letters that the tables agree on first, then those that take several Latin letters
    "icao": ("abvgdeziiklmnoprstufyeABVGDEZIIKLMNOPRSTUFYE", "ё:e ж:zh х:kh ц:ts ч:ch ш:sh щ:shch ъ:ie ь: ю:iu я:ia"),
    "gost": ("abvgdeziyklmnoprstufyeABVGDEZIYKLMNOPRSTUFYE", "ё:yo ж:zh х:kh ц:ts ч:ch ш:sh щ:shch ъ: ь:' ю:yu я:ya"),
    "casual": ("abvgdeziyklmnoprstufyeABVGDEZIYKLMNOPRSTUFYE", "ий:y кс:x ё:e ж:zh х:h ц:c ч:ch ш:sh щ:sch ъ: ь: ю:yu я:ya"),
}


def _transliteration(name: str) -> str:
    letters, rest = _TABLES[name]
    expression = "s"
    for pair in rest.split(" "):
        cyrillic, latin = pair.split(":")
        for source, target in ((cyrillic, latin), (cyrillic.capitalize(), latin.capitalize())):
            expression = f"""replace({expression}, '{source}', '{target.replace("'", "''")}')"""
    return f"create macro {name}(s) as translate({expression}, '{_CYRILLIC}', '{letters}')"


MACROS = (
    *map(_transliteration, _TABLES),
    "create macro latin(s, u) as case when u < 0.4 then icao(s) when u < 0.7 then gost(s) else casual(s) end",
    # one slip of the finger at place p: a letter lost, two letters changed over, one doubled, or a neighbour's key
    """create macro slip(s, p, u) as case
        when length(s) < 4 then s
        when u < 0.35 then left(s, p) || substr(s, p + 2)
        when u < 0.65 then left(s, p - 1) || substr(s, p + 1, 1) || substr(s, p, 1) || substr(s, p + 2)
        when u < 0.85 then left(s, p) || substr(s, p)
        else left(s, p - 1) || translate(substr(s, p, 1), 'оаеинтсрвлaeiontrsl', 'ралшеьмокдswupmyetk') || substr(s, p + 1) end""",
    "create macro typo(s, u) as slip(s, 2 + cast(floor(u * greatest(length(s) - 2, 1)) as int), (u * 997) % 1)",
)
