"""What the page for a person calls coded values, in words. Names, addresses and what people wrote stay as they are, and so does what nobody has worded."""

import csv
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.campaigns.engine.why import ATTEMPTS
from pipelines.campaigns.engine.why import WORDS as STEPS
from pipelines.campaigns.phrases import EVENTS
from pipelines.campaigns.results import OTHER_REASONS
from pipelines.campaigns.tables import REASONS
from pipelines.campaigns.texts import CHANNELS
from pipelines.privacy.headings import columns
from pipelines.privacy.register import WORDS
from pipelines.settings import PROJECT

Pair = tuple[str, str]  # English, Russian
Glossary = dict[str, dict[str, Pair]]  # by vocabulary and code

# Columns that hold codes, by the vocabulary they are of.
VOCABULARIES = {
    "action": ("action",),
    "cause": ("cause",),
    "change": ("change",),
    "channel": ("channel", "first_touch_channel", "last_touch_channel", "preferred_channel", "acquisition_medium"),
    "column": ("attribute", "met", "unmet", "turned_on", "turned_off"),
    "event": ("event_name", "last_touch_event"),
    "gender": ("gender",),
    "holdout": ("holdout",),
    "identifier_type": ("identifier_type", "visitor_id_type", "contact_type", "ties"),
    "kind": ("kind",),
    "language": ("language", "locale"),
    "legal_basis": ("legal_basis",),
    "lifecycle_stage": ("lifecycle_stage",),
    "list": ("list",),
    "method": ("method",),
    "mode": ("mode",),
    "obstacle": ("obstacle",),
    "outcome": ("outcome",),
    "problem": ("problem",),
    "purpose": ("purpose",),
    "reading": ("reading",),
    "reason": ("reason", "reasons", "detail"),
    "remedy": ("remedy",),
    "rule": ("rule",),
    "scenario": ("scenario",),
    "segment": ("segment",),
    "state": ("state",),
    "status": ("status",),
    "stitched_by": ("stitched_by",),
}
CODED = {column: vocabulary for vocabulary, names in VOCABULARIES.items() for column in names}
OBJECTS = ("facts", "properties", "evidence")  # as JSON
TITLED = {"consent": "purpose", "suppression": "reason"}  # kinds of things on the timeline whose title says more than a name
ANSWERS = {False: ("no", "нет"), True: ("yes", "да"), None: ("none", "нет")}


def with_titles(titles: dict[str, dict[str, Pair]]) -> Glossary:
    """The glossary and the titles of segments and scenarios, which only the warehouse knows."""
    return glossary() | {name: glossary().get(name, {}) | found for name, found in titles.items()}


def in_words(column: str, row: dict[str, Any], language: str, words: Glossary) -> str:
    """A text of a row, by a glossary with titles."""
    text, place = row[column], ("en", "ru").index(language)
    if column in OBJECTS:
        return _object(text, place)
    if column == "title" and "event_name" in row:
        event, mark, rest = text.partition(": ")
        return _said(event, words["event"], place) + mark + _said(rest, words.get(TITLED.get(row.get("kind")), {}), place)
    vocabulary = CODED.get(row.get("attribute") if column == "value" else column)
    said = _said(text, words.get(vocabulary, {}), place)
    return said.replace("{arm}", row.get("arm") or "") if column == "outcome" else said


def _said(text: str, words: dict[str, Pair], place: int) -> str:
    """The whole, or part by part: `left: right`, and `a, b` as `a; b`, since words have commas of their own. Numbers within a text stay what they are."""
    if found := words.get(text) or words.get(re.sub("[ -]", "_", text.lower())):
        return found[place]
    if found := words.get(re.sub(r"\d+", "#", text)):
        numbers = iter(re.findall(r"\d+", text))
        return re.sub("#", lambda _: next(numbers), found[place])
    for mark, shown in ((": ", ": "), (", ", "; ")):
        if words and mark in text:
            return shown.join(_said(part, words, place) for part in text.split(mark))
    return text


def _object(text: str, place: int) -> str:
    """A JSON object as `name: value`, in lines. Its values are the source's own, but for the codes of ours."""
    try:
        members = json.loads(text)
    except ValueError:
        return text
    if not isinstance(members, dict):
        return text
    names = glossary()["column"] | glossary()["property"]
    return "\n".join(f"{names.get(name, (name, name))[place]}: {_member(name, value, place)}" for name, value in members.items())


def _member(name: str, value: Any, place: int) -> str:
    if value is None or isinstance(value, bool):
        return ANSWERS[value][place]
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return _said(value, glossary()[name], place) if name in ("method", "identifier_type") else value


@cache
def glossary() -> Glossary:
    """Every vocabulary: what values.csv says and what others have worded already."""
    found: Glossary = defaultdict(dict)
    for row in _rows(Path(__file__).with_name("values.csv")):
        found[row["vocabulary"]][row["value"]] = (row["en"] or row["value"], row["ru"])
    methods = {row["method"]: (row["title"], row["title_ru"]) for row in _rows(PROJECT / "seeds/consent_methods.csv")}
    purposes = {row["purpose"]: (row["title"], row["title_ru"]) for row in _rows(PROJECT / "seeds/consent_purposes.csv") if row["channel"] == "any"}
    steps = {code: (en.replace("{number}", "#"), ru.replace("{number}", "#")) for code, (en, ru) in STEPS.items()}
    worded = {
        "channel": CHANNELS,
        "column": {name: (words["en"], words["ru"]) for name, words in columns().items()},
        "event": _events(found),
        "legal_basis": {basis: (WORDS["en"][basis], WORDS["ru"][basis]) for basis in ("consent", "contract", "legitimate_interest")},
        "method": methods,
        "outcome": steps | ATTEMPTS | {"guard_#": steps["guard"]},
        "purpose": purposes,
    }
    worded["reason"] = OTHER_REASONS | REASONS | worded["legal_basis"] | {title: (title, title_ru) for title, title_ru in methods.values()}
    return {name: worded.get(name, {}) | found[name] for name in {*worded, *found}}


def _events(found: dict[str, dict[str, Pair]]) -> dict[str, Pair]:
    """What a source calls by a verb, and what the timeline makes of messages, orders and consents: a thing and what became of it."""

    def of(things: dict[str, Pair], became: dict[str, Pair]) -> dict[str, Pair]:
        return {f"{thing}_{end}": (f"{en}: {end_en}", f"{ru}: {end_ru}") for thing, (en, ru) in things.items() for end, (end_en, end_ru) in became.items()}

    kinds = found["kind"]
    bought = of({kind: kinds[kind] for kind in ("order", "deal")}, found["status"])
    return bought | EVENTS | of(CHANNELS, found["message"]) | of({"consent": kinds["consent"]}, found["action"])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
