"""The record of processing activities (GDPR article 30; 152-FZ), made from what the project declares (sources, columns and their
classes, retention, purposes) and from the settings, which say whom messages and audiences go to.

What Svod cannot know (the controller, its contacts, who else receives data) stands as a gap to be filled in.
"""

import csv
import html
import json
from pathlib import Path
from typing import Any

from pipelines.privacy.retention import rules
from pipelines.publish import dbt_target
from pipelines.redaction import Told
from pipelines.settings import settings
from pipelines.sources.registry import presets

WORDS = {
    "en": {
        "title": "Record of processing activities", "purpose": "Purpose", "system": "Source", "basis": "Legal basis", "people": "People", "who": "customers, visitors, leads",
        "data": "Categories of personal data", "kept": "Kept, days", "from": "counted from", "recipients": "Recipients", "nobody": "none by Svod, as it is set now: all stays on this machine", "email": "mail relay", "sms": "SMS provider", "messenger": "messenger", "web_push": "push services of browsers", "webhook": "receivers of webhooks", "platforms": "ad platforms, hashed addresses", "security": "Protection",
        "measures": "readers get published files by role; pseudonymised for analysts; keyed tombstones after erasure; no personal data in logs", "gap": "To be filled in by the controller: name and contacts, data protection officer, processors, transfers to other countries.",
        "why": "Reason", "unstated": "not stated", "customer_care": "service to customers", "sales": "sales", "advertising": "advertising", "web_analytics": "web analytics", "quality": "quality of data",
        "contract": "contract", "consent": "consent", "legitimate_interest": "legitimate interest", "exported_at": "the export", "occurred_at": "the event", "landed_at": "the landing",
        "direct_identifier": "direct identifiers", "quasi_identifier": "quasi-identifiers", "sensitive": "free text and other sensitive data", "none": "other",
    },
    "ru": {
        "title": "Реестр процессов обработки персональных данных", "purpose": "Цель", "system": "Источник", "basis": "Правовое основание", "people": "Субъекты", "who": "клиенты, посетители, лиды",
        "data": "Категории персональных данных", "kept": "Срок хранения, дней", "from": "считая от", "recipients": "Получатели", "nobody": "при нынешних настройках Svod никому не передаёт: всё остаётся на этой машине", "email": "почтовый сервер", "sms": "оператор СМС", "messenger": "мессенджер", "web_push": "push-службы браузеров", "webhook": "получатели вебхуков", "platforms": "рекламные площадки, адреса в виде хешей", "security": "Меры защиты",
        "measures": "читатели получают опубликованные файлы по ролям; аналитики — псевдонимизированные; после удаления остаются только ключевые хеши; в журналах нет персональных данных", "gap": "Заполняет оператор: наименование и контакты, ответственный за обработку, обработчики по поручению, трансграничная передача.",
        "why": "Обоснование", "unstated": "не указана", "customer_care": "обслуживание клиентов", "sales": "продажи", "advertising": "реклама", "web_analytics": "веб-аналитика", "quality": "качество данных",
        "contract": "договор", "consent": "согласие", "legitimate_interest": "законный интерес", "exported_at": "выгрузки", "occurred_at": "события", "landed_at": "загрузки",
        "direct_identifier": "прямые идентификаторы", "quasi_identifier": "косвенные идентификаторы", "sensitive": "свободный текст и другие чувствительные данные", "none": "прочее",
    },
}  # fmt: skip
COLUMNS = ("purpose", "system", "basis", "people", "data", "kept", "from", "why", "recipients", "security")
CHANNELS = ("email", "sms", "messenger", "web_push", "webhook")


class NoRegister(Told):
    """What the register is made from is not there yet."""


def activities(language: str) -> list[dict[str, str]]:
    """One row per rule of retention: what is processed for which purpose, and for how long."""
    words, titles, classes = WORDS[language], {preset.name: preset.title for preset in presets().values()}, classes_of_tables()
    found = []
    for rule in rules():
        held = classes.get((rule.source, rule.table_name), {})
        data = "; ".join(f"{words[kind]}: {', '.join(held[kind])}" for kind in ("direct_identifier", "quasi_identifier", "sensitive") if held.get(kind))
        values = (
            words[rule.purpose],
            f"{titles.get(rule.source, rule.source)}: {rule.table_name}",
            words[rule.legal_basis],
            words["who"],
            data or words["sensitive"],
            str(rule.kept_days),
            words[rule.counted_from],
            rule.reason_ru if language == "ru" else rule.reason,
            words["nobody"] if rule.source == "landing" else recipients(language),
            words["measures"],
        )
        found.append(dict(zip(COLUMNS, values, strict=True)))
    return found


def recipients(language: str) -> str:
    """Whom addresses, messages and audiences go to as things are set: channels that send to people, and the platforms of audiences."""
    words, sending, audiences = WORDS[language], settings().sending, settings().audiences
    live = {name for name in CHANNELS if (channel := getattr(sending, name)) and channel.mode == "live"}
    found = [f"{words[name]} ({host})" if (host := _host(getattr(sending, name))) else words[name] for name in CHANNELS if name in live]
    platforms = sorted({platform.value for names in audiences.targets.values() for platform in names})
    found += [f"{words['platforms']} ({', '.join(platforms)})"] if platforms else []
    return "; ".join(found) or words["nobody"]


def _host(channel: Any) -> str:
    """Where a channel's provider is; of receivers of webhooks, all."""
    urls = [getattr(channel, name, None) for name in ("url", "api")] + [endpoint.url for endpoint in getattr(channel, "endpoints", {}).values()]
    return getattr(channel, "host", None) or ", ".join(sorted({url.host for url in urls if url}))


def classes_of_tables() -> dict[tuple[str, str], dict[str, list[str]]]:
    """The columns of each raw table by class, as the models name them that read it. Models of a shape that all sources share tell of no source."""
    manifest = dbt_target() / "manifest.json"
    if not manifest.exists():
        raise NoRegister("The models have not been read yet: run `svod run` first")
    content = json.loads(manifest.read_text())
    nodes, children = content["nodes"], content["child_map"]
    found = {}
    for source_id, source in content["sources"].items():
        reached, waiting = set(), [source_id]
        while waiting:
            own = [child for child in children[waiting.pop()] if child not in reached and _is_of(source["source_name"], child, nodes)]
            reached.update(own)
            waiting += own
        kinds: dict[str, set[str]] = {}
        for name, column in (pair for model in reached for pair in nodes[model]["columns"].items()):
            kinds.setdefault((column.get("config", {}).get("meta") or {}).get("privacy", "none"), set()).add(name)
        found[source["source_name"], source["name"]] = {kind: sorted(names) for kind, names in kinds.items()}
    return found


def _is_of(source: str, model: str, nodes: dict) -> bool:
    name = model.rsplit(".", 1)[-1]
    shape = name.removeprefix(f"stg_{source}__")
    return model in nodes and name != shape and shape != "rejected" and f"model.svod.int_{shape}" not in nodes


def write(folder: Path, language: str) -> list[Path]:
    """The register as a page and as a table."""
    words, rows = WORDS[language], activities(language)
    folder.mkdir(parents=True, exist_ok=True)
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
