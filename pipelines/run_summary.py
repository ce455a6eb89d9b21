"""What a run did, told on the terminal: what came in, what was left out and why, who came out, where to look next.

Reads the warehouse and the published version, changes nothing, prints counts and reasons only, never a person's data.
English, or Russian with `SVOD_LANGUAGE=ru`. Alone: `python -m pipelines.run_summary`.
"""

import os
from datetime import datetime
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from pipelines.publish import current
from pipelines.settings import settings
from pipelines.warehouse import connect

RUSSIAN = {
    "What came in": "Что пришло",
    "source": "источник",
    "files": "файлов",
    "refused": "отклонено",
    "rows": "строк",
    "in quarantine": "в карантине",
    "Why rows and files were left out": "Почему строки и файлы не приняты",
    "reason": "причина",
    "remedy": "что сделать",
    "how many": "сколько",
    "Customers": "Клиентов",
    "from records": "из записей",
    "F1 against the known truth": "F1 относительно известной истины",
    "Golden values right": "Верных золотых значений",
    "of those that some record has": "из тех, что есть хоть в одной записи",
    "Checks of tolerances passed": "Проверок отклонений пройдено",
    "of": "из",
    "Nothing was published: readers keep the earlier version.": "Ничего не опубликовано: читатели видят прежнюю версию.",
    "The checks that failed": "Непройденные проверки",
    "Segments that changed at one stroke": "Сегменты, которые резко изменились",
    "Published version": "Опубликованная версия",
    "Look next": "Что дальше",
    "pages of the pipeline": "страницы конвейера",
    "the documentation site": "сайт документации",
    "a first query": "первый запрос",
}
ARRIVED = """
select source, count(*), count(*) filter (where status = 'refused'), coalesce(sum(rows_loaded), 0), coalesce(sum(rows_quarantined), 0)
from landing.files group by source order by source
"""
LEFT_OUT = """
select source, reason, remedy, count(*) as how_many
from (
    select source, reason, remedy from landing.quarantine
    union all
    select source, reason, remedy from landing.files where status = 'refused'
) as left_out
group by source, reason, remedy order by how_many desc, source, reason limit 10
"""
IDENTITY = "select records, f1 from identity.runs order by run_number desc limit 1"
# What earlier runs said of later days is not of this run: a day may be run again after days that follow it.
GOLDEN = "select right_share, found_share from quality.golden_accuracy where attribute = 'all' and run_at <= ? order by run_at desc limit 1"
OF_THE_RUN = "run_at = (select max(run_at) from quality.expectation_results where run_at <= ?)"
CHECKS = f"select count(*) filter (where passed), count(*) from quality.expectation_results where {OF_THE_RUN}"
FAILED = f"""
select suite, expectation, observed, lower_bound, upper_bound from quality.expectation_results
where not passed and {OF_THE_RUN} order by suite, expectation
"""
# The test of segment_sizes warns too, but a warning of dbt is seen by nobody who looks at this only.
JUMPED = "select segment, members_before_count, members_count from segments.segment_sizes where is_latest and is_jump order by segment"


def print_summary(run_at: datetime = datetime.max, *, published: bool = True, console: Console | None = None) -> None:
    """The whole story of the run of this logical time, by default the latest, in a screen."""
    console = console or Console()
    if settings().warehouse.exists():
        with connect(read_only=True) as warehouse:
            _print_table(console, _say("What came in"), ("source", "files", "refused", "rows", "in quarantine"), _rows(warehouse, ARRIVED))
            _print_table(console, _say("Why rows and files were left out"), ("source", "reason", "remedy", "how many"), _rows(warehouse, LEFT_OUT))
            _print_people(console, warehouse, run_at)
            _print_checks(console, warehouse, run_at)
            if jumped := _rows(warehouse, JUMPED):
                told = ", ".join(f"{segment} {before:,} → {members:,}" for segment, before, members in jumped)
                console.print(f"[yellow]{_say('Segments that changed at one stroke')}: {told}[/yellow]")
    if not published:
        console.print(f"[bold red]{_say('Nothing was published: readers keep the earlier version.')}[/bold red]")
    _print_next(console)


def _print_people(console: Console, warehouse: duckdb.DuckDBPyConnection, run_at: datetime) -> None:
    customers = _rows(warehouse, "select count(*) from marts.customers")
    identity = _rows(warehouse, IDENTITY)
    if customers:
        records = f" {_say('from records')}: {identity[0][0]:,}" if identity else ""
        console.print(f"[bold]{_say('Customers')}: {customers[0][0]:,}[/bold]{records}")
    if identity and identity[0][1] is not None:
        console.print(f"{_say('F1 against the known truth')}: [bold]{identity[0][1]:.4f}[/bold]")
    for right, found in _rows(warehouse, GOLDEN, run_at):
        console.print(f"{_say('Golden values right')}: [bold]{right:.4f}[/bold] ({found or 0:.4f} {_say('of those that some record has')})")


def _print_checks(console: Console, warehouse: duckdb.DuckDBPyConnection, run_at: datetime) -> None:
    if checks := _rows(warehouse, CHECKS, run_at):
        console.print(f"{_say('Checks of tolerances passed')}: {checks[0][0]} {_say('of')} {checks[0][1]}")
    for suite, expectation, observed, lower, upper in _rows(warehouse, FAILED, run_at):
        console.print(f"  [yellow]{suite}: {expectation}: {observed:g} ({_bound(lower)} … {_bound(upper)})[/yellow]")


def _print_next(console: Console) -> None:
    version = current()
    if version is None:
        return
    full = _short(settings().published / "full.duckdb")
    console.print(f"{_say('Published version')}: {version.version}  {full}\n")
    console.print(f"[bold]{_say('Look next')}[/bold]")
    console.print(f"  make dev    {_say('pages of the pipeline')}: http://localhost:3000")
    console.print(f"  make docs   {_say('the documentation site')}")
    query = f"import duckdb; duckdb.connect('{full}', read_only=True).sql('from marts.customer_360 limit 5').show()"
    console.print(f'  {_say("a first query")}: .venv/bin/python -c "{query}"', soft_wrap=True, highlight=False)


def _print_table(console: Console, title: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
    if rows:
        table = Table(title=title, title_justify="left")
        for name, value in zip(columns, rows[0], strict=True):
            table.add_column(_say(name), justify="left" if value is None or isinstance(value, str) else "right")
        for row in rows:
            table.add_row(*("" if value is None else value if isinstance(value, str) else f"{value:,}" for value in row))
        console.print(table)


def _rows(warehouse: duckdb.DuckDBPyConnection, query: str, *values: datetime) -> list[tuple]:
    """A run that stopped early has not made every table."""
    try:
        return warehouse.execute(query, values).fetchall()
    except duckdb.CatalogException:
        return []


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _short(path: Path) -> str:
    return os.path.relpath(path.absolute()) if path.absolute().is_relative_to(Path.cwd()) else str(path)


def _say(text: str) -> str:
    return RUSSIAN.get(text, text) if os.environ.get("SVOD_LANGUAGE", "en") == "ru" else text


if __name__ == "__main__":
    print_summary()
