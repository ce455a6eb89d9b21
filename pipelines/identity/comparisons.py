"""What is compared: data, with the reason of each odd choice.

A comparison is a list of levels, best first; a level is (label, SQL condition on `_l` and `_r`). Which pairs are compared is `settings.py`.
"""

NOTHING = "nothing to compare"

# Below 0.88 Jaro-Winkler mixes up different names of one length (Марина and Ирина); above 0.92 it loses one-letter typos.
SIMILAR = 0.88

# Parts of a date are compared one by one, because sources often know only the year or only the day and month.
_SAME_PARTS = " + ".join(f"cast(coalesce(birth_{part}_l = birth_{part}_r, false) as integer)" for part in ("year", "month", "day"))
_KNOWN_PARTS = " + ".join(f"cast(birth_{part}_l is not null and birth_{part}_r is not null as integer)" for part in ("year", "month", "day"))


# A slip of the finger in the tens or the century of a year, or its last two digits swapped.
_YEAR_MISTYPED = """
(abs(birth_year_l - birth_year_r) % 10 = 0
    or (birth_year_l // 100 = birth_year_r // 100 and birth_year_l % 10 = birth_year_r // 10 % 10 and birth_year_l // 10 % 10 = birth_year_r % 10))
"""
# Parent and child: years of birth at least so far apart, and no slip of the finger that would explain it.
GENERATION = 15
_GENERATION_APART = f"""
coalesce(abs(birth_year_l - birth_year_r) >= {GENERATION} and not ({_YEAR_MISTYPED} and ({_SAME_PARTS} > 0 or {_KNOWN_PARTS} = 1)), false)
"""


def _similar(column: str, other: str | None = None) -> str:
    """Alike but for typos. Digits are no typos: User0001 and User0002 are two in a list. They are looked at only where the letters are alike."""
    left, right = f"{column}_l", f"{other or column}_r"
    return f"(jaro_winkler_similarity({left}, {right}) >= {SIMILAR} and ({left} = {right} or {_digits(left)} = {_digits(right)}))"


_WRITTEN_OTHERWISE = "((given_key_l = given_name_key_l) <> (given_key_r = given_name_key_r))"  # one is in the list, the other may be a slip


def _similar_given() -> str:
    """By the formal names, or as they were written: a mistyped name is found in no list, so that Pual is not known to be a Павел as Paul is.

    Two names of the list are not compared as written: Миша and Маша are one letter apart.
    """
    return f"({_similar('given_name_key')} or ({_WRITTEN_OTHERWISE} and {_similar('given_key')}))"


def _digits(text: str) -> str:
    return f"regexp_replace({text}, '[^0-9]', '', 'g')"


def _initial(column: str) -> str:
    return f"(length({column}_l) = 1 or length({column}_r) = 1) and left({column}_l, 1) = left({column}_r, 1)"


# Of an initial only `given_key` knows. It may stand for the name as written or for the formal one: Б. for Bob, Р. for Роберт.
_SAME_GIVEN_INITIAL = """
((length(given_key_l) = 1 and given_key_l in (left(given_key_r, 1), left(given_name_key_r, 1)))
    or (length(given_key_r) = 1 and given_key_r in (left(given_key_l, 1), left(given_name_key_l, 1))))
"""


def _shares(column: str) -> str:
    return f"list_has_any({column}_l, {column}_r)"


def _shared_by_several(column: str) -> str:
    return f"{_shares(column)} and not {_shares(f'private_{column}')}"


def _absent(column: str) -> str:
    return f"len({column}_l) = 0 or len({column}_r) = 0"


# Below 0.65 given names have no more in common than any two have; between this and SIMILAR stand names with several typos, and Марина and Ирина.
_ALIKE_GIVEN = f"""
(jaro_winkler_similarity(given_name_key_l, given_name_key_r) >= 0.65
    or ({_WRITTEN_OTHERWISE} and jaro_winkler_similarity(given_key_l, given_key_r) >= 0.65))
"""

# Two people by their given names, also if one wrote given and family name the wrong way round. False if either is unknown or an initial.
OTHER_GIVEN_NAME = f"""
(coalesce(length(given_name_key_l) > 1 and length(given_name_key_r) > 1, false)
    and not ({_similar_given()})
    and not coalesce({_similar("given_name_key", "family_name_key")}, false)
    and not coalesce({_similar("family_name_key", "given_name_key")}, false))
"""

OTHER_FAMILY_NAME = f"""
(family_name_key_l is not null and family_name_key_r is not null
    and not ({_similar("family_name_key")})
    and not coalesce({_similar("given_name_key", "family_name_key")}, false)
    and not coalesce({_similar("family_name_key", "given_name_key")}, false))
"""

# A lone word is taken for a given name; here it is the other's family name.
_LONE_FAMILY_NAME = f"""
((family_name_key_l is null and {_similar("given_name_key", "family_name_key")})
    or (family_name_key_r is null and {_similar("family_name_key", "given_name_key")}))
"""
# One of the two says only of which family it is: whoever of the family that may be.
ONE_OF_FAMILY = f"""
coalesce(({_similar("family_name_key")} and (given_key_l is null) <> (given_key_r is null)) or {_LONE_FAMILY_NAME}, false)
"""

# Addresses are made of names, so that alike ones of people called differently say nothing; nor do merely similar ones, for or against.
# Namesakes choose the same address at different providers: beside equal names, an equal local part says nothing either.
# The cheap conditions stand first: most pairs go no further, and counting edits is dear.
_ALIKE_EMAILS = "jaro_winkler_similarity(emails_l[1], emails_r[1]) >= 0.88"
# ivan7@ and ivan8@, ivan.petrov@ and ivanpetrov@ are namesakes more often than a slip of the finger.
_SAME_BUT_FOR_DIGITS = "translate(emails_l[1], '0123456789._-', '') = translate(emails_r[1], '0123456789._-', '')"
_CLOSE_EMAILS = f"({_ALIKE_EMAILS} and damerau_levenshtein(emails_l[1], emails_r[1]) <= 2)"
NAMES_EXPLAIN_EMAIL = f"""
(not {_shares("emails")} and (
    ({_ALIKE_EMAILS} and (not {_CLOSE_EMAILS} or {_SAME_BUT_FOR_DIGITS} or {OTHER_GIVEN_NAME} or {OTHER_FAMILY_NAME}))
    or {_shares("email_locals")}
))
"""
# One digit off leaves one half of a number as it was.
_CLOSE_PHONES = """
((left(phones_l[1], 7) = left(phones_r[1], 7) or right(phones_l[1], 5) = right(phones_r[1], 5)) and damerau_levenshtein(phones_l[1], phones_r[1]) <= 1)
"""

# Neighbours have one street and other numbers. A flat that only one record names is the same house: its number stands behind that of the house.
_SIMILAR_STREET = "jaro_winkler_similarity(street_key_l, street_key_r) >= 0.9"
_SAME_HOUSE = f"(starts_with({_digits('street_key_l')}, {_digits('street_key_r')}) or starts_with({_digits('street_key_r')}, {_digits('street_key_l')}))"
_ONE_PLACE = f"(coalesce(postal_key_l = postal_key_r, false) or {_similar('locality_key')})"


def _absent_or_relatives(absent: str, agrees: str, agrees_as_families_do: str = "false") -> str:
    """Relatives share phones, streets and e-mails all at once: where given names differ, agreeing on one says nothing at all.

    Nor where one of them is not known, if what agrees is known to be several people's.
    """
    return f"({absent}) or (({agrees}) and {OTHER_GIVEN_NAME}) or (({agrees_as_families_do}) and {ONE_OF_FAMILY})"


# Whoever of the family lives there: how often that is somebody else is counted, see `train.py`.
HOME_OF_FAMILY = "home of the family"

COMPARISONS: dict[str, list[tuple[str, str]]] = {
    # Given and family name are one comparison: relatives share a family name, so that it says little when the given names differ.
    "name": [
        (NOTHING, "(given_name_key_l is null or given_name_key_r is null) and (family_name_key_l is null or family_name_key_r is null)"),
        ("same", "name_key_l = name_key_r"),
        ("swapped", "given_name_key_l = family_name_key_r and family_name_key_l = given_name_key_r"),
        ("similar", f"{_similar('family_name_key')} and {_similar_given()}"),
        ("similar and swapped", f"{_similar('given_name_key', 'family_name_key')} and {_similar('family_name_key', 'given_name_key')}"),
        ("same family name, initial", f"{_similar('family_name_key')} and {_SAME_GIVEN_INITIAL}"),
        ("same family name only known", f"({_similar('family_name_key')} and (given_key_l is null or given_key_r is null)) or {_LONE_FAMILY_NAME}"),
        ("same given name only known", f"{_similar('given_name_key')} and (family_name_key_l is null or family_name_key_r is null)"),
        ("one part in place of the other", f"{_similar('given_name_key', 'family_name_key')} or {_similar('family_name_key', 'given_name_key')}"),
        ("same given name, other family name", _similar_given()),
        ("same family name, given name alike", f"{_similar('family_name_key')} and {_ALIKE_GIVEN}"),
        ("same family name, other given name", _similar("family_name_key")),
        ("different", "else"),
    ],
    "additional_name": [
        (NOTHING, "additional_name_key_l is null or additional_name_key_r is null"),
        ("same", f"{_similar('additional_name_key')} or ({_initial('additional_name_key')})"),
        ("different", "else"),
    ],
    "birth_date": [
        (NOTHING, f"{_KNOWN_PARTS} = 0"),
        ("same", f"{_SAME_PARTS} = 3"),
        ("day and month swapped", "birth_year_l = birth_year_r and birth_month_l = birth_day_r and birth_day_l = birth_month_r"),
        ("one part differs", f"{_KNOWN_PARTS} = 3 and {_SAME_PARTS} = 2"),
        ("same day and month only known", f"{_KNOWN_PARTS} = 2 and {_SAME_PARTS} = 2"),
        ("same year only known", f"{_KNOWN_PARTS} = 1 and {_SAME_PARTS} = 1"),
        ("two parts differ", f"{_KNOWN_PARTS} = 3 and {_SAME_PARTS} = 1 and not {_GENERATION_APART}"),
        ("different", f"not {_GENERATION_APART}"),
        ("a generation apart", "else"),
    ],
    # Sets at three levels: a value one person holds says far more than one that several given names were seen with.
    "email": [
        (NOTHING, f"{_absent_or_relatives(_absent('emails'), _shares('emails'), _shared_by_several('emails'))} or {NAMES_EXPLAIN_EMAIL}"),
        ("share a private one", _shares("private_emails")),
        ("share one of several people", _shares("emails")),
        ("almost the same", _CLOSE_EMAILS),
        ("share none", "else"),
    ],
    "phone": [
        (NOTHING, _absent_or_relatives(_absent("phones"), f"{_shares('phones')} or {_CLOSE_PHONES}", _shared_by_several("phones"))),
        ("share a private one", _shares("private_phones")),
        ("share one of several people", _shares("phones")),
        ("one digit differs", _CLOSE_PHONES),
        ("share none", "else"),
    ],
    "address": [
        (
            NOTHING,
            _absent_or_relatives(
                "(locality_key_l is null or locality_key_r is null) and (street_key_l is null or street_key_r is null) and (postal_key_l is null or postal_key_r is null)",
                # Two called differently altogether who have one birthday are no relatives but one person whose name was replaced.
                f"(coalesce(street_key_l = street_key_r, false) and not ({OTHER_FAMILY_NAME} and coalesce(birth_date_l = birth_date_r, false)))"
                # A slip in the street and one in the given name are one hand's more often than two relatives'.
                f" or coalesce({_SIMILAR_STREET} and {_similar('family_name_key')} and not {_ALIKE_GIVEN}, false)",
            ),
        ),
        (HOME_OF_FAMILY, f"{_SIMILAR_STREET} and {ONE_OF_FAMILY}"),
        ("same street and house", "street_key_l = street_key_r and coalesce(locality_key_l = locality_key_r, true)"),
        ("similar street and house, one place", f"{_SIMILAR_STREET} and {_SAME_HOUSE} and {_ONE_PLACE}"),
        ("similar street and house", f"{_SIMILAR_STREET} and {_SAME_HOUSE}"),
        ("similar street, another house", f"{_SIMILAR_STREET} and {_ONE_PLACE}"),
        ("same postal code and locality", f"postal_key_l = postal_key_r and {_similar('locality_key')}"),
        ("same postal code", "postal_key_l = postal_key_r"),
        ("same locality", "locality_key_l = locality_key_r"),
        ("similar locality", _similar("locality_key")),
        ("different", "else"),
    ],
    # Equal accounts and cards are declared links already; what is left to learn here is that two different ones speak against.
    "account": [
        (NOTHING, f"({_absent('cards')}) and ({_absent('accounts')})"),
        ("share one", f"{_shares('cards')} or {_shares('accounts')}"),
        ("share none", "else"),
    ],
    "national_id": [
        (NOTHING, _absent("national_ids")),
        ("share one", _shares("national_ids")),
        ("one digit differs", "damerau_levenshtein(national_ids_l[1], national_ids_r[1]) <= 1"),
        ("share none", "else"),
    ],
    # Where given names agree, the gender is said already.
    "gender": [
        (
            NOTHING,
            f"gender_l is null or gender_r is null or (given_name_key_l is not null and given_name_key_r is not null and {_similar_given()})",
        ),
        ("same", "gender_l = gender_r"),
        ("different", "else"),
    ],
}

# The frequency of a name counts where both records spell it the same.
FREQUENCY_LEVEL = ("name", "same")


def levels(name: str) -> list[str]:
    """The levels of a comparison, the weakest first, as Splink numbers them."""
    return [label for label, _ in reversed(COMPARISONS[name]) if label != NOTHING]
