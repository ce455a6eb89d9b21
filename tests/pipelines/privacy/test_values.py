"""What the page for a person calls coded values: words in both languages for every code that Svod itself writes."""

import csv
import re
from typing import get_args

import pytest
import yaml
from pages import left_in_code

from pipelines.campaigns.engine.why import WORDS as STEPS
from pipelines.campaigns.results import OTHER_REASONS
from pipelines.campaigns.tables import REASONS
from pipelines.privacy.export import page
from pipelines.privacy.headings import TABLES, columns
from pipelines.privacy.values import CODED, glossary, in_words, with_titles
from pipelines.sending.channel import Outcome
from pipelines.sending.settings import Mode
from pipelines.settings import PROJECT
from pipelines.sources.documents import HALF_A_CHARACTER, NOT_JSON
from pipelines.sources.records import PROBLEMS

MODELS = PROJECT / "models"
# Where sentences of a vocabulary stand in SQL, as what a `case` comes to.
SENTENCES = {
    "obstacle": "models/marts/customer_channels.sql",
    "problem": "models/segments/engine/static_list_lines.sql",
    "change": "models/segments/engine/segment_history.sql",
    "reason": "macros/consent_reason.sql",
}
# Staged columns whose codes come to columns of the page under these names.
STAGED = {"event_name": "event", "identifier_type": "identifier_type", "subject_type": "identifier_type", "action": "action", "channel": "channel"}
TITLES = {"segment": {"vip_guests": ("Guests of honour", "Почётные гости")}, "scenario": {"birthday": ("Birthday", "День рождения")}}


def described(folder: str):
    """(model, column) of every YAML there."""
    for path in sorted((MODELS / folder).rglob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            yield from ((model["name"], column) for column in model.get("columns", []))


def accepted(column: dict) -> list[str]:
    return [
        value
        for test in column.get("data_tests", [])
        if isinstance(test, dict) and "accepted_values" in test
        for value in test["accepted_values"]["arguments"]["values"]
    ]


def seed(name: str, column: str) -> set[str]:
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
        return {row[column] for row in csv.DictReader(lines)}


def sentences(path: str) -> set[str]:
    return set(re.findall(r"(?:then|else)\s+'([a-z][^'|]+)'", (PROJECT / path).read_text()))


def told(column: str, value: str, language: str = "ru", **row) -> str:
    return in_words(column, {column: value, **row}, language, with_titles(TITLES))


def test_every_value_that_models_accept_has_words():
    shown = {table.split(".")[1] for table in TABLES}
    codes = {(CODED[column["name"]], value) for model, column in described("marts") if model in shown for value in accepted(column)}
    codes |= {(STAGED[column["name"]], value) for _, column in described("staging") if column["name"] in STAGED for value in accepted(column)}
    codes |= {
        ("reason", value)
        for model, column in described("staging")
        if model.endswith("suppressions") and column["name"] == "reason"
        for value in accepted(column)
    }
    codes |= {("lifecycle_stage", value) for model, column in described("staging") if model == "stg_mailchimp__members" for value in accepted(column)}
    assert len(codes) > 80 and sorted(code for code in codes if code[1] not in glossary()[code[0]]) == []


def test_every_code_that_the_project_writes_elsewhere_has_words():
    kept = {
        "reason": {*REASONS, *OTHER_REASONS, *(problem[0] for problem in (*PROBLEMS.values(), HALF_A_CHARACTER, NOT_JSON)), *seed("consent_methods", "title")},
        "remedy": {problem[1] for problem in (*PROBLEMS.values(), HALF_A_CHARACTER, NOT_JSON)},
        "outcome": {*get_args(Outcome), *STEPS, "dry_run"},
        "mode": set(get_args(Mode)),
        "action": {"add", "remove"},
        "holdout": {"global", "local"},
        "method": seed("consent_methods", "method"),
        "purpose": seed("consent_purposes", "purpose"),
        "channel": {*seed("consent_purposes", "channel"), *re.search(r"Channel: ([a-z, ]+); any", (MODELS / "columns.md").read_text())[1].split(", ")},
        "rule": seed("survivorship", "rule"),
        "list": seed("segment_priorities", "list"),
        "identifier_type": seed("identifier_types", "identifier_type") - {"any"},
        "cause": {"known", "conditions", "redefined", "gone"},
        "stitched_by": {"record", "user_id", "subject"},
    }
    kept["remedy"] |= {*re.search(r'remedy = "(.+)" if .+ else "(.+)"', (PROJECT / "pipelines/sources/records.py").read_text()).groups()}
    missing = [(name, code) for name, codes in kept.items() for code in sorted(codes) if code not in glossary()[name]]
    assert missing == []
    objections = set(re.findall(r"then '([a-z ,]+)'\n", (PROJECT / "macros/consent_statements.sql").read_text().partition("end as objection")[0]))
    assert len(objections) == 9 and objections - glossary()["reason"].keys() == set()
    for name, path in SENTENCES.items():
        found = {text.strip().rstrip(":").strip() for text in sentences(path)} - {"known", "conditions", "redefined", "processing of personal data was"}
        assert len(found) > 1 and found - {"to"} - glossary()[name].keys() - glossary()["identifier_type"].keys() == set(), path


def test_every_column_of_the_segments_has_words():
    """They are the conditions that lists are made of."""
    names = {column["name"] for path in MODELS.glob("segments/*.yml") for model in yaml.safe_load(path.read_text())["models"] for column in model["columns"]}
    assert len(names) > 30 and names - columns().keys() == set()


def test_the_words_are_of_their_language():
    pairs = [(name, code, *pair) for name, words in glossary().items() if name not in ("property", "column") for code, pair in words.items()]
    assert len(pairs) > 300
    assert [pair for pair in pairs if "_" in pair[2] or not pair[2] or re.search("[А-Яа-я]", pair[2])] == []
    assert [pair for pair in pairs if not re.search("[А-Яа-я]", pair[3]) and pair[3] != "SMS"] == []


@pytest.mark.parametrize(
    ("column", "value", "english", "russian"),
    [
        ("reason", "consent: ticked on a form of ours", "consent: ticked on a form of ours", "согласие: отметка в форме на сайте"),
        (
            "reason",
            "does not count: no proof, or too weak a one",
            "does not count: no proof, or too weak a one",
            "не засчитано: доказательства нет или оно слишком слабое",
        ),
        ("reason", "lawful without consent: legitimate interest", "lawful without consent: legitimate interest", "допустимо без согласия: законный интерес"),
        ("reason", "no_basis", "no consent to advertising on this channel", "нет согласия на рекламу по этому каналу"),
        ("reason", "2 cells instead of 26", "2 cells instead of 26", "число ячеек: 2 вместо 26"),
        ("reasons", "cleaned, hard_bounce", "taken off by the mailing service; the address does not work", "исключён сервисом рассылок; адрес не работает"),
        ("unmet", "has_ordered_twice, is_overdue", "Two orders or more; Away twice as long as usual", "Не меньше двух заказов; Перерыв вдвое дольше обычного"),
        ("event_name", "sms_bounced_hard", "SMS: came back: the address does not work", "SMS: вернулось: адрес не работает"),
        ("event_name", "deal_paid", "deal: paid", "сделка: оплачено"),
        ("outcome", "guard_2", "listened for no. 2, which happened first", "сработало условие № 2"),
        ("segment", "vip_guests", "Guests of honour", "Почётные гости"),
        ("scenario", "birthday", "Birthday", "День рождения"),
        ("facts", '{"orders_count":0,"last_order_at":null}', "Orders (number): 0\nLast order at: none", "Число заказов: 0\nПоследний заказ: нет"),
        (
            "evidence",
            '{"method":"lead form","file":"leads.json"}',
            "How: ticked on a lead form\nFile: leads.json",
            "Способ: отметка в лид-форме\nФайл: leads.json",
        ),
    ],
)
def test_codes_are_said_part_by_part(column, value, english, russian):
    assert (told(column, value, "en"), told(column, value)) == (english, russian)


def test_what_is_on_the_timeline_is_titled_in_words():
    assert told("title", "Page viewed: brand", event_name="page_viewed", kind="event") == "просмотрена страница: brand"
    assert told("title", "Consent granted: personal data", event_name="consent_granted", kind="consent") == "согласие: дано: Обработка персональных данных"
    assert told("title", "Address suppressed: complaint", event_name="address_suppressed", kind="suppression") == "на адрес больше не пишем: жалоба на спам"
    assert told("title", "Email opened: any", event_name="email_opened", kind="message") == "письмо: открыто: any"


def test_names_and_what_people_wrote_stay_as_they_are():
    assert [told(column, "paid") for column in ("given_name", "company", "address", "document", "city")] == ["paid"] * 5
    assert told("value", "female", attribute="given_name") == "female" and told("value", "female", attribute="gender") == "женский"
    assert told("source_value", "female", attribute="gender") == "female" and told("evidence", '{"method": 7}') == "Способ: 7"
    assert told("segment", "vip_guests") == "Почётные гости" and told("segment", "guests_2") == "guests_2"
    assert told("channel", "fax") == "fax" and told("outcome", "split", arm="gift").endswith("gift")


def test_the_page_leaves_no_code_and_no_column_of_the_other_language():
    rows = [{"kind": "order", "status": "paid", "is_purchase": True, "title": "A", "title_ru": "Б"}]
    content = [{"table": "marts.orders", "title": "T", "source": "s", "purpose": "p", "rows": rows}]
    content += [{"table": "raw_esp.events", "title": "T", "source": "s", "purpose": "p", "rows": [{"status": "paid", "name": "В", "name_ru": "Г"}]}]
    russian, english = page(content, "ru", {}), page(content, "en", {})
    assert left_in_code(russian, content) == set()
    assert all(f"<td>{text}</td>" in russian for text in ("заказ", "оплачено", "да", "Б", "paid", "В", "Г")) and "<td>A</td>" not in russian
    assert "<td>A</td>" in english and "Б" not in english
    assert left_in_code(russian.replace("оплачено", "paid"), content) == {("marts.orders", "status", "paid")}
