"""What the page for a person calls each table and column, in words; a source's files go by the source's own names, a segment by its title in the catalog."""

import csv
from functools import cache
from pathlib import Path

import duckdb

from pipelines.sources.registry import presets

PLACES = {"raw_": ("Received from {}: {}", "Получено из {}: {}"), "segment": ("The list “{}”", "Список «{}»")}
TABLES = {
    "landing.quarantine": ("Lines that could not be read", "Строки, которые не удалось прочитать"),
    "marts.anonymous_visitors": ("Visits without a name", "Посещения без имени"),
    "marts.consent_history": ("Consents and refusals, from when to when", "Согласия и отказы: с какого и по какой срок"),
    "marts.consents": ("Consents and refusals today", "Согласия и отказы на сегодня"),
    "marts.customer_360": ("You at a glance", "Кратко о вас"),
    "marts.customer_attributes": ("Values known of you, and which was chosen", "Известные о вас сведения и какие из них выбраны"),
    "marts.customer_channels": ("Ways to reach you", "Как с вами можно связаться"),
    "marts.customer_identifiers": ("Addresses, numbers and ids", "Адреса, номера и идентификаторы"),
    "marts.customer_records": ("Records taken to be yours", "Записи, которые отнесены к вам"),
    "marts.customer_redirects": ("Your former numbers here", "Ваши прежние номера в системе"),
    "marts.customer_timeline": ("What happened, by time", "События по времени"),
    "marts.customer_traits": ("What campaigns noted about you", "Что о вас отметили рассылки"),
    "marts.customers": ("Your profile", "Ваш профиль"),
    "marts.household_members": ("The household you are taken to be of", "Семья, к которой вы отнесены"),
    "marts.households": ("That household", "Эта семья"),
    "marts.message_touches": ("Messages before a purchase", "Сообщения перед покупкой"),
    "marts.order_lines": ("What was in your orders", "Состав заказов"),
    "marts.orders": ("Your orders", "Ваши заказы"),
    "marts.shared_contacts": ("Contacts you share with others", "Контакты, общие с другими"),
    "marts.suppressions": ("Addresses that are written to no more", "Адреса, на которые больше не пишем"),
    "segments.segment_assignments": ("Lists of which you are in one", "Распределение по спискам"),
    "segments.segment_conditions": ("Why you are on a list or not", "Почему вы в списке или нет"),
    "segments.segment_history": ("When you came to lists and left them", "Когда вы попадали в списки и выбывали"),
    "segments.segment_members": ("Lists you are on", "Списки, в которых вы есть"),
    "segments.static_list_lines": ("Lists made by hand", "Списки, составленные вручную"),
    "history.consents_history": ("Consents, as they were known on each day", "Согласия, какими их знали в каждый день"),
    "history.customer_attributes_history": ("Values, as they were known on each day", "Сведения, какими их знали в каждый день"),
    "history.customer_identifiers_history": ("Addresses and numbers, as they were known on each day", "Адреса и номера, какими их знали в каждый день"),
    "history.customers_history": ("Your profile, as it was on each day", "Ваш профиль, каким он был в каждый день"),
    "history.segment_conditions_history": ("Why you were on a list, day by day", "Почему вы были в списке, по дням"),
    "history.segment_members_history": ("Lists you were on, day by day", "Списки, в которых вы были, по дням"),
    "communications.attempts": ("Attempts to send you a message", "Попытки отправить вам сообщение"),
    "communications.audience_changes": ("When campaigns began and ceased to be for you", "Когда рассылки начинали и переставали быть для вас"),
    "communications.cancellations": ("Messages called back", "Отозванные сообщения"),
    "communications.decisions": ("Why a message was sent to you or not", "Почему сообщение вам отправлено или нет"),
    "communications.entries": ("Campaigns that took you in", "Рассылки, в которые вы попали"),
    "communications.goal_events": ("What you did after a message", "Что вы сделали после сообщения"),
    "communications.goals": ("What campaigns hoped for", "Цели рассылок"),
    "communications.late_events": ("What was heard of late", "О чём стало известно позже"),
    "communications.outbox": ("Messages to you", "Сообщения вам"),
    "communications.trait_changes": ("When something about you changed that campaigns look at", "Когда менялось то, на что смотрят рассылки"),
    "communications.transitions": ("Your way through campaigns", "Ваш путь по рассылкам"),
}


def heading(table: str, language: str, segments: dict[str, tuple[str, str]]) -> str:
    """In words; a table that nobody has named goes by its own name, without the marks of a computer."""
    which = ("en", "ru").index(language)
    schema, name = table.split(".", 1)
    if schema.startswith("raw_"):
        preset = presets().get(schema.removeprefix("raw_"))
        return PLACES["raw_"][which].format(preset.title if preset else schema.removeprefix("raw_"), name.replace("_", " "))
    if schema == "segments" and name in segments:
        return PLACES["segment"][which].format(segments[name][which])
    return TABLES[table][which] if table in TABLES else name.replace("_", " ").capitalize()


def column_heading(table: str, column: str, language: str) -> str:
    """In words; a source's own column is called what the source calls it."""
    is_its_own = table.startswith("raw_") and not column.startswith("_") and column != "payload"
    return column if is_its_own else columns().get(column.removesuffix("_ru"), {}).get(language) or column.replace("_", " ").capitalize()


@cache
def columns() -> dict[str, dict[str, str]]:
    with Path(__file__).with_name("columns.csv").open(newline="", encoding="utf-8") as lines:
        return {row.pop("column"): row for row in csv.DictReader(lines)}


def segment_titles(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Both titles of each segment; none before the first run."""
    return _pairs(connection, "segments.segment_catalog", "segment, title, title_ru")


def scenario_titles(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Both titles of each campaign, as its last version has them."""
    return _pairs(connection, "communications.scenarios", "scenario, definition ->> '$.title.en', definition ->> '$.title.ru'", "order by version")


def _pairs(connection: duckdb.DuckDBPyConnection, table: str, columns: str, order: str = "") -> dict[str, tuple[str, str]]:
    if not connection.execute("select count(*) from duckdb_tables() where schema_name || '.' || table_name = ?", [table]).fetchone()[0]:
        return {}
    return {name: (english, russian) for name, english, russian in connection.execute(f"select {columns} from {table} {order}").fetchall()}
