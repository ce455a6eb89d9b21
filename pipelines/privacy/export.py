"""Everything held about one person, for that person: a page to read (Russian or English) and the same as JSON, with source and purpose of each value.

The sets are those of an erasure, so what would be erased is what is shown. What a shared body holds of others is left out.
"""

import html
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from pipelines.privacy import finding, requests, subject
from pipelines.privacy.headings import column_heading, heading, scenario_titles, segment_titles
from pipelines.privacy.json_cut import cut_things
from pipelines.privacy.matching import condition
from pipelines.privacy.purposes import purposes_of
from pipelines.privacy.register import WORDS
from pipelines.privacy.rewriting import judge
from pipelines.privacy.tombstones import folder
from pipelines.privacy.values import Glossary, Pair, in_words, with_titles
from pipelines.warehouse import connect

TITLES = {
    "en": {"title": "Your data", "intro": "Everything that is held about you, where it comes from and what for.", "source": "source", "purpose": "purpose", "derived": "worked out from what was received", "yes": "yes", "no": "no"},
    "ru": {"title": "Ваши данные", "intro": "Всё, что о вас хранится: откуда получено и для чего используется.", "source": "источник", "purpose": "цель", "derived": "вычислено из полученного", "yes": "да", "no": "нет"},
}  # fmt: skip
# In the order of the page: what a person understands at once comes before what the sources wrote.
SHOWN = ("marts.customers", "marts", "segments", "communications", "raw_", "landing", "history")
# Of a row that names two people these cells say whom.
OWNED = ("record_id", "email", "phone", "telegram")
HIDDEN = ("_dlt_load_id", "_dlt_id", "_load_id", "_extra", "_file_id")


def export(identifier: str, to: Path, language: str) -> list[Path]:
    """Writes both files, readable by their owner only, and returns them."""
    content = gathered(identifier, language)
    with connect(read_only=True) as connection:
        titles = {"segment": segment_titles(connection), "scenario": scenario_titles(connection)}
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    texts = {
        f"person_{language}.json": json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n",
        f"person_{language}.html": page(content, language, titles),
    }
    paths = []
    for name, text in texts.items():
        with os.fdopen(os.open(to / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        paths.append(to / name)
    return paths


def gathered(identifier: str, language: str) -> list[dict[str, Any]]:
    """One part per table: its source, its purposes, its rows. Nothing is written to the warehouse."""
    (folder() / "scratch").mkdir(exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder() / "scratch") as scratch, connect(read_only=True) as connection:
        path = Path(scratch) / "subject.duckdb"
        subject.create(path)
        connection.execute(f"attach '{path}' as subject (read_write)")
        requests.ask(connection, [("export", finding.person(connection, identifier))])
        subject.gather(connection)
        parts, segments = [], segment_titles(connection)
        for (schema, table), columns in subject.tables_of(connection).items():
            if not schema.startswith(SHOWN) or (where := condition(schema, columns, table)) == "false":
                continue
            is_received = schema.startswith("raw_") and "_file_id" in columns
            are_shared = "(_file_id, _line) in (from subject.shared_rows)" if is_received else "false"
            found = connection.execute(f'select *, {are_shared} from "{schema}"."{table}" where {where} or {are_shared}')
            names = [column[0] for column in found.description[:-1]]
            rows = [(dict(zip(names, row, strict=False)), row[-1]) for row in found.fetchall()]
            if rows:
                is_doomed = judge(connection)
                said = [({name: _own(name, value, is_doomed) for name, value in row.items()} if is_shared else row) for row, is_shared in rows]
                kept = [{name: value for name, value in row.items() if value is not None and name not in HIDDEN} for row in said]
                source = f"{schema.removeprefix('raw_')}: {table}" if schema.startswith("raw_") else TITLES[language]["derived"]
                parts.append(
                    {
                        "table": f"{schema}.{table}",
                        "title": heading(f"{schema}.{table}", language, segments),
                        "source": source,
                        "rows": kept,
                    }
                )
        purposes = purposes_of(parts)
        for part in parts:
            said = ", ".join(WORDS[language][purpose] for purpose in purposes[part["table"]] or ["unstated"])
            part |= {"purpose": said, "rows": part.pop("rows")}
        return sorted(parts, key=lambda part: (next(place for place, start in enumerate(SHOWN) if part["table"].startswith(start)), part["table"]))


def _own(name: str, value: Any, is_doomed) -> Any:
    """Of a body or a row that is about others too, what is theirs."""
    if name == "payload" and isinstance(value, str):
        return json.loads(cut_things(value, lambda thing: not is_doomed(thing))[0])
    return None if name in OWNED and value is not None and not is_doomed(value.strip()) else value


def page(content: list[dict[str, Any]], language: str, titles: dict[str, dict[str, Pair]]) -> str:
    """What JSON has as the tables have it, in words."""
    words, said = TITLES[language], with_titles(titles)
    parts = []
    for part in content:
        names = columns_of(part, language)
        head = "".join(f"<th>{html.escape(column_heading(part['table'], name, language))}</th>" for name in names)
        rows = [[html.escape(_said(part["table"], name, row, language, said)) for name in names] for row in part["rows"]]
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        told = f"{words['source']}: {html.escape(part['source'])} · {words['purpose']}: {html.escape(part['purpose'])}"
        parts.append(f"<h2>{html.escape(part['title'])}</h2><p>{told}</p><div><table><tr>{head}</tr>{body}</table></div>")
    style = "body{font:14px sans-serif;margin:2em}div{overflow-x:auto}table{border-collapse:collapse}td,th{border:1px solid #999;padding:3px 6px;text-align:left;vertical-align:top}td{white-space:pre-line}"
    return f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{words["title"]}</title><style>{style}</style><h1>{words["title"]}</h1><p>{words["intro"]}</p>{"".join(parts)}</html>\n'


def columns_of(part: dict[str, Any], language: str) -> list[str]:
    """All that a source wrote; of what stands in both languages (`title`, `title_ru`) that of the page."""
    names = list(dict.fromkeys(name for row in part["rows"] for name in row))
    twins = {name for name in names if f"{name}_ru" in names and not part["table"].startswith("raw_")}
    other = twins if language == "ru" else {f"{name}_ru" for name in twins}
    return [name for name in names if name not in other]


def _said(table: str, name: str, row: dict[str, Any], language: str, said: Glossary) -> str:
    """What a source wrote stays as it wrote it."""
    value = row.get(name)
    if isinstance(value, bool):
        return TITLES[language]["yes" if value else "no"]
    if isinstance(value, str) and not table.startswith("raw_"):
        return in_words(name, row, language, said)
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
