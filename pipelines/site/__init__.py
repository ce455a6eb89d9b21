"""The documentation site: a folder of plain pages that open from disk and ask nothing of the network.

Index and data-quality report in English and Russian, dbt's own docs as one file, the match-weight chart of the model in force.
Figures only: no record of a person is on any page.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jinja2

from pipelines.settings import PROJECT, settings
from pipelines.site import entities, picture
from pipelines.site.headline import headline
from pipelines.site.report import sections
from pipelines.warehouse import connect

LANGUAGES = {"en": "index.html", "ru": "index.ru.html"}
WAYS = {"en": "way-of-the-data.svg", "ru": "way-of-the-data.ru.svg"}
TEMPLATES = Path(__file__).parent


class NothingToShow(RuntimeError):
    """There has been no run yet."""


def build_site(to: Path) -> Path:
    """Write the site and return its first page. Raises `NothingToShow` before the first run."""
    if not settings().warehouse.exists():
        raise NothingToShow(f"there is no warehouse in {settings().data} yet: run `make run` first")
    to.mkdir(parents=True, exist_ok=True)
    dbt_docs(to / "dbt")
    chart = match_weights(to)
    way = (PROJECT / "docs" / "way-of-the-data.svg").read_text(encoding="utf-8")
    for language, name in WAYS.items():
        (to / name).write_text(picture.in_russian(way) if language == "ru" else way, encoding="utf-8")
    with connect(read_only=True) as connection:
        for language, name in LANGUAGES.items():
            found = list(sections(connection, language))
            page = (
                environment()
                .get_template("page.html.j2")
                .render(
                    language=language,
                    sections=found,
                    chart=chart,
                    words=WORDS[language],
                    languages=LANGUAGES,
                    way=WAYS[language],
                    run=headline(connection, language),
                )
            )
            (to / name).write_text(page, encoding="utf-8")
    return to / LANGUAGES["en"]


def dbt_docs(to: Path) -> None:
    """dbt's docs of the warehouse as it is, in one file; and the picture of its entities."""
    target = to.parent / ".dbt_docs"
    variables = os.environ | {"SVOD_DATA": str(settings().data)}
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "docs",
        "generate",
        "--static",
        "--profiles-dir",
        ".",
        "--target-path",
        str(target.resolve()),
        "--log-path",
        str(target.resolve()),
    ]
    subprocess.run(command, cwd=PROJECT, env=variables, check=True, stdout=subprocess.DEVNULL)
    to.mkdir(parents=True, exist_ok=True)
    drawn = entities.picture(json.loads((target / "manifest.json").read_text(encoding="utf-8")))
    (to.parent / "entities.svg").write_text(drawn, encoding="utf-8")
    (to / "index.html").write_text(through_identity((target / "static_index.html").read_text(encoding="utf-8")), encoding="utf-8")
    shutil.rmtree(target)


def through_identity(page: str) -> str:
    """dbt's page with the lineage it cannot know: the identity tables, sources to dbt, are made of the models and the seed that matching reads."""
    start = page.index('"parent_map": {')
    end = page.index('"child_map": {', start)
    parents = json.dumps([*(f"model.svod.{model}" for model in ("int_records", "int_identifiers", "int_links")), "seed.svod.identity_overrides"])
    return page[:start] + re.sub(r'("source\.svod\.identity\.\w+"): \[\]', rf"\1: {parents}", page[start:end]) + page[end:]


def match_weights(to: Path) -> str | None:
    """The chart of the newest model, or None if none was ever fitted."""
    charts = sorted((settings().data / "identity").glob("match_weights_*.html"), key=lambda path: path.stat().st_mtime)
    if not charts:
        return None
    shutil.copy(charts[-1], to / "match_weights.html")
    return "match_weights.html"


def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


WORDS = {
    "en": {
        "title": "Svod: documentation and data quality",
        "lead": "What is in the warehouse, where it comes from, and how good the last run was.",
        "models": "Models, columns and lineage",
        "weights": "What counts how much when records are matched",
        "report": "The last run",
        "nothing": "Nothing to report.",
        "entities": "Tables and how they hang together",
        "way": "The way of the data: inbox, raw, staging, identity, marts, audit, published versions",
    },
    "ru": {
        "title": "Свод: документация и качество данных",
        "lead": "Что есть в хранилище, откуда оно взялось и насколько хорош был последний запуск.",
        "models": "Модели, колонки и происхождение",
        "weights": "Что сколько весит при сопоставлении записей",
        "report": "Последний запуск",
        "nothing": "Сообщать не о чем.",
        "entities": "Таблицы и их связи",
        "way": "Путь данных: входящие, сырые, стандартизация, люди, витрины, проверка, опубликованные версии",
    },
}
