"""A source drafted from a file that Svod does not know: preset, staging models and their YAML, which build at once.

The draft is plain files for a person to read and change; nothing remembers that they were drafted.
Reading the file is `unknown_file`, guessing what a header means is `synonyms`.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import jinja2

from pipelines.settings import PROJECT
from pipelines.sources.report import Refusal
from pipelines.sources.synonyms import meanings
from pipelines.sources.unknown_file import raw_columns, read_header, source_name

TEMPLATES = Path(__file__).parent / "templates"
IDENTIFIERS = ("email", "phone", "loyalty_card")
NAMES = ("full_name", "given_name", "family_name")
LINE_LENGTH = 160
# Field -> how the staging model types it. What cannot be typed is named in `failed_casts`.
CHECKED = {
    "birth_date": "'coalesce(' ~ birth_year('{0}') ~ ', ' ~ birth_month('{0}') ~ ')'",
    "gender": "gender('{0}')",
    "country": "country_code('{0}')",
    "language": "language_code('{0}')",
    "source_created_at": "'source_created_at'",
    "source_updated_at": "parse_timestamp('{0}', '{1}')",
}


@dataclass(frozen=True)
class Draft:
    """What was written, and what each header was taken for."""

    name: str
    files: list[Path]
    fields: dict[str, list[str]]  # field -> raw columns
    columns: dict[str, str]  # raw column -> header
    phone_region: str | None

    @property
    def unknown(self) -> list[str]:
        """Raw columns whose meaning nobody guessed: kept in `extra`."""
        known = {column for columns in self.fields.values() for column in columns}
        return [column for column in self.columns if column not in known]


def draft(path: Path, name: str | None = None, project: Path = PROJECT) -> Draft:
    """Write the draft of a source for the file into the project.

    Raises `Refusal`, with nothing written, if the file cannot be understood, holds nobody who could be recognized, or the source exists.
    """
    name = source_name(name or re.sub(r"[0-9_. -]+$", "", path.stem))
    if (project / f"pipelines/sources/{name}.py").exists() or (project / f"models/staging/{name}").exists():
        raise Refusal(f"there is a source named {name} already", "give another with --name, or put the file into its folder of the inbox")
    delimiter, header = read_header(path)
    columns = raw_columns(header)
    fields = meanings(columns)
    if not set(fields) & {*IDENTIFIERS, *NAMES}:
        remedy = "check that the first line of the file holds the column names; orders and events have presets of their own"
        raise Refusal("no column looks like a name, an e-mail, a phone or a card", remedy)
    region = "RU" if re.search("[а-яё]", " ".join(header).lower()) else None
    registered = register((project / "dbt_project.yml").read_text(encoding="utf-8"), name, bool(set(fields) & set(IDENTIFIERS)), region)
    files = write(project, name, columns, fields, delimiter)
    (project / "dbt_project.yml").write_text(registered, encoding="utf-8")
    return Draft(name, files, fields, columns, region)


def write(project: Path, name: str, columns: dict[str, str], fields: dict[str, list[str]], delimiter: str | None) -> list[Path]:
    """The files of the draft."""
    placed = {column for field, named in fields.items() for column in named if field != "marketing_consent"}
    cells = [column for field in IDENTIFIERS for column in fields.get(field, [])]
    values = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "columns": columns,
        "fields": fields,
        "cells": cells,
        "delimiter": delimiter,
        "required": [fields[field][0] for field in ("source_key", *IDENTIFIERS, *NAMES) if field in fields][:2],
        "key_columns": [column for column in columns if column in placed],
        "rest": [column for column in columns if column not in placed],
        "checked": [checked(field, fields[field][0], name) for field in CHECKED if field in fields],
    }
    staging = project / "models" / "staging" / name
    targets = {"preset.py.j2": project / "pipelines" / "sources" / f"{name}.py", "source.yml.j2": staging / f"{name}.yml"}
    for shape in ("records", "identifiers") if cells else ("records",):
        targets |= {f"{shape}.{ending}.j2": staging / f"stg_{name}__{shape}.{ending}" for ending in ("sql", "yml")}
    for template, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_environment().get_template(template).render(values), encoding="utf-8")
    return list(targets.values())


def checked(field: str, column: str, source: str) -> str:
    """One member of the object that the macro `failed_casts` takes."""
    name = "country_code" if field == "country" else field
    return f"'{name}': ['{column}', {CHECKED[field].format(column, source)}]"


def register(text: str, name: str, has_identifiers: bool, phone_region: str | None) -> str:
    """The text of `dbt_project.yml` with the source named in the var `staged`, and the region of its phones if it is known."""
    for shape in ("records", "identifiers") if has_identifiers else ("records",):
        text, found = re.subn(rf"^(\s+{shape}: \[)", rf"\g<1>{name}, ", text, count=1, flags=re.MULTILINE)
        if not found:
            raise Refusal(f"dbt_project.yml has no list of sources with {shape}", f"write the var `staged` with {shape}: [...] on one line")
    return re.sub(r"^(\s+phone_regions: \{)", rf"\g<1>{name}: {phone_region}, ", text, count=1, flags=re.MULTILINE) if phone_region else text


def entry(column: str, header: str) -> str:
    """One line of the preset's columns, as the formatter would leave it."""
    spelling = repr(header) if '"' in header and "'" not in header else json.dumps(header, ensure_ascii=False)
    line = f'    "{column}": ({spelling},),'
    return line if len(line) <= LINE_LENGTH else f'    "{column}": (\n        {spelling},\n    ),'


def _environment() -> jinja2.Environment:
    """Brackets instead of braces, which belong to dbt in these files."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), block_start_string="[%", block_end_string="%]", variable_start_string="[[", variable_end_string="]]",
        comment_start_string="[#", comment_end_string="#]", keep_trailing_newline=True, undefined=jinja2.StrictUndefined, autoescape=False,
    )  # fmt: skip
    environment.globals["entry"] = entry
    return environment
