"""The record of processing activities (GDPR article 30; 152-FZ), made from what the project declares: sources, columns and their classes, retention, purposes.

What Svod cannot know (the controller, its contacts, who else receives data) stands as a gap to be filled in.
"""

import csv
import html
import json
from pathlib import Path

from pipelines.privacy.retention import rules
from pipelines.publish import dbt_target
from pipelines.sources.registry import presets

WORDS = {
    "en": {
        "title": "Record of processing activities", "purpose": "Purpose", "system": "Source", "basis": "Legal basis", "people": "People", "who": "customers, visitors, leads",
        "data": "Categories of personal data", "kept": "Kept, days", "from": "counted from", "recipients": "Recipients", "nobody": "none by Svod: all stays on this machine", "security": "Protection",
        "measures": "readers get published files by role; pseudonymised for analysts; keyed tombstones after erasure; no personal data in logs", "gap": "To be filled in by the controller: name and contacts, data protection officer, processors, transfers to other countries.",
        "why": "Reason", "customer_care": "service to customers", "sales": "sales", "advertising": "advertising", "web_analytics": "web analytics", "quality": "quality of data",
        "contract": "contract", "consent": "consent", "legitimate_interest": "legitimate interest", "exported_at": "the export", "occurred_at": "the event", "landed_at": "the landing",
        "direct_identifier": "direct identifiers", "quasi_identifier": "quasi-identifiers", "sensitive": "free text and other sensitive data", "none": "other",
    },
    "ru": {
        "title": "Реестр процессов обработки персональных данных", "purpose": "Цель", "system": "Источник", "basis": "Правовое основание", "people": "Субъекты", "who": "клиенты, посетители, лиды",
        "data": "Категории персональных данных", "kept": "Срок хранения, дней", "from": "считая от", "recipients": "Получатели", "nobody": "Svod никому не передаёт: всё остаётся на этой машине", "security": "Меры защиты",
        "measures": "читатели получают опубликованные файлы по ролям; аналитики — псевдонимизированные; после удаления остаются только ключевые хеши; в журналах нет персональных данных", "gap": "Заполняет оператор: наименование и контакты, ответственный за обработку, обработчики по поручению, трансграничная передача.",
        "why": "Обоснование", "customer_care": "обслуживание клиентов", "sales": "продажи", "advertising": "реклама", "web_analytics": "веб-аналитика", "quality": "качество данных",
        "contract": "договор", "consent": "согласие", "legitimate_interest": "законный интерес", "exported_at": "выгрузки", "occurred_at": "события", "landed_at": "загрузки",
        "direct_identifier": "прямые идентификаторы", "quasi_identifier": "косвенные идентификаторы", "sensitive": "свободный текст и другие чувствительные данные", "none": "прочее",
    },
}  # fmt: skip
COLUMNS = ("purpose", "system", "basis", "people", "data", "kept", "from", "why", "recipients", "security")


def activities(language: str) -> list[dict[str, str]]:
    """One row per rule of retention: what is processed for which purpose, and for how long."""
    words, classes = WORDS[language], classes_of_sources()
    titles = {preset.name: preset.title for preset in presets().values()}
    found = []
    for rule in rules():
        held = classes.get(rule.source, {})
        data = "; ".join(f"{words[kind]}: {', '.join(held[kind])}" for kind in ("direct_identifier", "quasi_identifier", "sensitive") if held.get(kind))
        values = (
            words[rule.purpose],
            f"{titles.get(rule.source, rule.source)}: {rule.table_name}",
            words[rule.legal_basis],
            words["who"],
            data or words["sensitive"],
        )
        found.append(dict(zip(COLUMNS, (*values, str(rule.kept_days), words[rule.counted_from], rule.reason, words["nobody"], words["measures"]), strict=True)))
    return found


def classes_of_sources() -> dict[str, dict[str, list[str]]]:
    """The staged columns of each source by class; nothing before dbt has parsed the project."""
    manifest = dbt_target() / "manifest.json"
    nodes = json.loads(manifest.read_text())["nodes"].values() if manifest.exists() else ()
    found: dict[str, dict[str, set[str]]] = {}
    for node in nodes:
        if node["resource_type"] == "model" and node["schema"] == "staging":
            for name, column in node["columns"].items():
                kind = (column.get("config", {}).get("meta") or {}).get("privacy", "none")
                found.setdefault(node["name"].removeprefix("stg_").split("__")[0], {}).setdefault(kind, set()).add(name)
    return {source: {kind: sorted(names) for kind, names in kinds.items()} for source, kinds in found.items()}


def write(folder: Path, language: str) -> list[Path]:
    """The register as a page and as a table."""
    folder.mkdir(parents=True, exist_ok=True)
    words, rows = WORDS[language], activities(language)
    page, table = folder / f"register_{language}.html", folder / f"register_{language}.csv"
    head = "".join(f"<th>{html.escape(words[name])}</th>" for name in COLUMNS)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(row[name])}</td>" for name in COLUMNS) + "</tr>" for row in rows)
    page.write_text(
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{words["title"]}</title>'
        "<style>body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid #999;padding:4px 8px;text-align:left;vertical-align:top}</style>"
        f"<h1>{words['title']}</h1><p>{words['gap']}</p><table><tr>{head}</tr>{body}</table></html>\n",
        encoding="utf-8",
    )
    with table.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";" if language == "ru" else ",")
        writer.writerow([words[name] for name in COLUMNS])
        writer.writerows([[row[name] for name in COLUMNS] for row in rows])
    return [page, table]
