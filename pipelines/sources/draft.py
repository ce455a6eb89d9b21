"""A source drafted from a file that Svod does not know: preset, staging models and their YAML, which build at once.

The draft is plain files for a person to read and change; nothing remembers that they were drafted.
Guessing what a header means is `synonyms`.
"""

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import jinja2

from pipelines.settings import PROJECT
from pipelines.sources import dialect, encoding
from pipelines.sources.headers import slug, unique
from pipelines.sources.report import Refusal
from pipelines.sources.synonyms import meanings

TEMPLATES = Path(__file__).parent / "templates"
IDENTIFIERS = ("email", "phone", "loyalty_card")


@dataclass(frozen=True)
class Draft:
    """What was written, and what each header was taken for."""

    name: str
    files: list[Path]
    fields: dict[str, list[str]]
    columns: dict[str, str]  # raw column -> header
    delimiter: str | None

    @property
    def unknown(self) -> list[str]:
        """Headers whose meaning nobody guessed: kept in `extra`."""
        known = {header for headers in self.fields.values() for header in headers}
        return [header for header in self.columns.values() if header not in known]


def draft(path: Path, name: str | None = None, project: Path = PROJECT) -> Draft:
    """Write the draft of a source for the file into the project.

    Raises `Refusal` if the file cannot be understood, holds nobody who could be recognized, or the source exists.
    """
    name = slug(name or re.sub(r"[0-9_-]+$", "", path.stem)) or "source"
    if (project / f"pipelines/sources/{name}.py").exists():
        raise Refusal(f"there is a source named {name} already", "give another with --name, or put the file into its folder of the inbox")
    delimiter, header = read_header(path)
    columns = dict(zip(unique(tuple(slug(cell) or f"column_{index}" for index, cell in enumerate(header, start=1))), header, strict=True))
    fields = meanings(header)
    if not set(fields) & {*IDENTIFIERS, "full_name", "given_name", "family_name"}:
        raise Refusal("no column looks like a name, an e-mail, a phone or a card", "check that the first line of the file holds the column names; orders and events have presets of their own")
    files = write(project, name, columns, fields, delimiter)
    register(project / "dbt_project.yml", name, has_identifiers=bool(set(fields) & set(IDENTIFIERS)))
    return Draft(name, files, fields, columns, delimiter)


def read_header(path: Path) -> tuple[str | None, tuple[str, ...]]:
    """Delimiter and header of a delimited file; no delimiter for XLSX."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        import openpyxl

        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        rows = ([str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(max_row=15, values_only=True))
        return None, tuple(max(rows, key=len, default=[]))
    if path.suffix.lower() in (".json", ".jsonl", ".parquet", ".zip", ".gz"):
        raise Refusal(f"a draft is made from a delimited file or XLSX, not from {path.suffix}", "export as CSV; events fit the source segment, orders the source orders")
    with tempfile.TemporaryDirectory() as folder:
        text = encoding.to_utf8(path, encoding.detect(path), Path(folder) / "text")
        with text.open("rb") as stream:
            delimiter, header = dialect.guess(stream.read(dialect.HEAD))
    if len(header) < 2:
        raise Refusal("no table was found in the file", "check that columns are apart by comma, semicolon, tab or |")
    return delimiter, header


def write(project: Path, name: str, columns: dict[str, str], fields: dict[str, list[str]], delimiter: str | None) -> list[Path]:
    """The files of the draft."""
    by_header = {header: column for column, header in reversed(columns.items())}
    by_field = {field: [by_header[header] for header in headers] for field, headers in fields.items()}
    placed = {column for field, named in by_field.items() for column in named if field != "marketing_consent"}
    cells = [column for field in IDENTIFIERS for column in by_field.get(field, [])]
    required = [by_field[field][0] for field in ("source_key", *IDENTIFIERS) if field in by_field][:2] or [next(iter(columns))]
    values = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "columns": columns,
        "fields": by_field,
        "cells": cells,
        "delimiter": delimiter,
        "required": required,
        "key_columns": [column for column in columns if column in placed] or list(columns),
        "rest": [column for column in columns if column not in placed],
    }
    staging = project / "models" / "staging" / name
    targets = {"preset.py.j2": project / "pipelines" / "sources" / f"{name}.py", "source.yml.j2": staging / f"{name}.yml"}
    for shape in ("records", "identifiers") if cells else ("records",):
        targets |= {f"{shape}.{ending}.j2": staging / f"stg_{name}__{shape}.{ending}" for ending in ("sql", "yml")}
    for template, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_environment().get_template(template).render(values), encoding="utf-8")
    return list(targets.values())


def register(dbt_project: Path, name: str, has_identifiers: bool) -> None:
    """Name the source in the var `staged`, where the intermediate models read which sources have which shape."""
    text = dbt_project.read_text(encoding="utf-8")
    for shape in ("records", "identifiers") if has_identifiers else ("records",):
        text, found = re.subn(rf"^(\s+{shape}: \[)", rf"\g<1>{name}, ", text, count=1, flags=re.MULTILINE)
        if not found:
            raise Refusal(f"dbt_project.yml has no list of sources with {shape}", f"add {name} to the var `staged`, shape {shape}, by hand")
    dbt_project.write_text(text, encoding="utf-8")


def _environment() -> jinja2.Environment:
    """Brackets instead of braces, which belong to dbt in these files."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), block_start_string="[%", block_end_string="%]", variable_start_string="[[", variable_end_string="]]",
        comment_start_string="[#", comment_end_string="#]", keep_trailing_newline=True, undefined=jinja2.StrictUndefined, autoescape=False,
    )  # fmt: skip
    environment.filters["tojson_ru"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment
