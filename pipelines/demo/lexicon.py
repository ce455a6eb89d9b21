"""Word lists as tables to draw from: a value takes as many of the 4096 slots of its list as it is frequent.

Also derives what Russian grammar gives: patronymics and the female endings of family names.
"""

import re

import duckdb
import pyarrow as pa

from pipelines.demo import names_en, names_ru, places

SLOTS = 4096


def spread(values: list, flatness: float = 8, slope: float = 0.9) -> list:
    """`SLOTS` values, each as often as its rank makes it likely (Zipf-like, flattened at the top)."""
    weights = [1 / (rank + flatness) ** slope for rank in range(len(values))]
    total, filled, slots = sum(weights), 0.0, []
    for value, weight in zip(values, weights, strict=True):
        filled += weight / total
        slots += [value] * (round(filled * SLOTS) - len(slots))
    return slots


def patronymic(father: str, gender: str) -> str:
    """`Иван` → `Иванович`, `Ивановна`."""
    irregular = {
        "Илья": ("Ильич", "Ильинична"),
        "Никита": ("Никитич", "Никитична"),
        "Лука": ("Лукич", "Лукинична"),
        "Кузьма": ("Кузьмич", "Кузьминична"),
        "Данила": ("Данилович", "Даниловна"),
        "Павел": ("Павлович", "Павловна"),
        "Пётр": ("Петрович", "Петровна"),
        "Лев": ("Львович", "Львовна"),
        "Михаил": ("Михайлович", "Михайловна"),
        "Яков": ("Яковлевич", "Яковлевна"),
    }
    if father in irregular:
        return irregular[father][gender == "female"]
    stem, link = (
        (father[:-2] + "ь", "е")
        if father.endswith("ий") and father not in ("Дмитрий", "Георгий")
        else (father[:-1], "е")
        if father[-1] in "йь"
        else (father, "о")
    )
    return stem + link + ("вна" if gender == "female" else "вич")


def female_family(name: str) -> str:
    """`Соколов` → `Соколова`, `Покровский` → `Покровская`; names like `Шевченко` do not change."""
    name = re.sub("(ск|цк)ий$", r"\1ая", name)
    name = re.sub("ой$", "ая", name)
    return name + "а" if re.search("(ов|ев|ёв|ин|ын)$", name) else name


def _given(language: str, gender: str, words: str) -> list[dict]:
    names = [word.partition(":") for word in words.split()]
    return [
        {
            "language": language,
            "gender": gender,
            "n": n,
            "given": name,
            "short": short or name,
            "son": patronymic(name, "male") if language == "ru" else None,
            "daughter": patronymic(name, "female") if language == "ru" else None,
        }
        for n, (name, _, short) in enumerate(spread(names))
    ]


def _family(language: str, common: str, roots: list[str], endings: tuple[str, ...]) -> list[dict]:
    names = list(dict.fromkeys(common.split() + [root + ending for ending in endings for root in roots]))
    return [
        {"language": language, "n": n, "male": name, "female": female_family(name) if language == "ru" else name}
        for n, name in enumerate(spread(names, 15, 0.85))
    ]


def _cities(language: str, text: str) -> list[dict]:
    cities = re.findall(r"(\S+?)\|([^|]+)\|(\d+)", text)
    return [
        {"language": language, "n": n, "city": city.replace("_", " "), "region": region, "zip": prefix}
        for n, (city, region, prefix) in enumerate(spread(cities, 2))
    ]


def _words() -> list[dict]:
    lists = {
        "street_ru": places.STREETS_RU,
        "street_en": places.STREETS_EN,
        "nickname": places.NICKNAMES,
        "company_ru": places.COMPANIES_RU,
        "company_en": places.COMPANIES_EN,
        "job_ru": places.JOBS_RU,
        "job_en": places.JOBS_EN,
        "area_ru": places.AREA_CODES_RU,
        "area_en": places.AREA_CODES_EN,
    }
    return [{"list": name, "n": n, "value": value} for name, values in lists.items() for n, value in enumerate(spread(values, 30))]


def load(con: duckdb.DuckDBPyConnection) -> None:
    """Creates lex_given, lex_family, lex_city, lex_word and product."""
    tables = {
        "lex_given": [
            row
            for language, module in (("ru", names_ru), ("en", names_en))
            for gender, words in (("male", module.MALE), ("female", module.FEMALE))
            for row in _given(language, gender, words)
        ],
        "lex_family": [
            row for language, module in (("ru", names_ru), ("en", names_en)) for row in _family(language, module.FAMILY, module.ROOTS, module.ENDINGS)
        ],
        "lex_city": _cities("ru", places.CITIES_RU) + _cities("en", places.CITIES_EN),
        "lex_word": _words(),
        "product": [
            {
                "n": n,
                "sku": sku,
                "name_ru": ru,
                "name_en": en,
                "category_ru": cru,
                "category_en": cen,
                "price_rub": price,
                "price_usd": round(price / 80) - 0.01,
            }
            for n, (sku, ru, en, cru, cen, price) in enumerate(places.PRODUCTS)
        ],
    }
    for name, rows in tables.items():
        arrow = pa.Table.from_pylist(rows)
        con.register("rows", arrow)
        con.execute(f"create table {name} as select * from rows")
        con.unregister("rows")
