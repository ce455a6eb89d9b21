"""`svod sources …`: which sources there are, what the inbox holds, drafting a new one, pulling one live."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from pipelines.sources.inbox import InboxFile
    from pipelines.sources.report import FileReport

SHOWN_LINES = 3  # of each file, of the lines that would be set aside
sources = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="Exports: what Svod knows, what the inbox holds, and new kinds of files.")
console = Console()


@sources.command("list")
def list_sources() -> None:
    """Every source Svod knows, its tables, and how to get its files out of the system.

    Example:  [bold]svod sources list[/bold]
    """
    from pipelines.settings import settings
    from pipelines.sources.registry import presets

    table = Table("folder", "system", "tables", "how to get the files")
    for preset in presets().values():
        tables = "\n".join(table.name for table in preset.tables)
        table.add_row(f"[bold]{preset.name}[/bold]", f"{preset.title}\n[dim]{preset.kind}[/dim]", tables, escape(preset.where))
    console.print(table)
    console.print(f"Put files into [bold]{settings().inbox_shown}/<folder>/[/bold], at any depth; a file keeps its own name.")


@sources.command()
def check() -> None:
    """Say what the inbox holds and what is wrong with it, loading nothing. Exit code 4 if a file would be refused.

    Example:  [bold]svod sources check[/bold]  ·  Values of the files are never shown, only lines, reasons and remedies.
    """
    from pipelines.settings import settings
    from pipelines.sources.landing import check as inspect_inbox

    listed()
    reports = list(inspect_inbox())
    if not reports:
        console.print(f"The inbox is empty: [bold]{settings().inbox_shown}[/bold]. [bold]svod sources list[/bold] says what to put where.")
        return
    table = Table("", "source", "file", "is", "rows", "set aside", "what a person should know")
    for report in reports:
        kind = f"{report.table_name or ''}\n[dim]{escape(spelled(report))}[/dim]" if report.status != "refused" else ""
        counts = (f"{report.rows_loaded:,}", f"{report.rows_quarantined:,}") if report.status != "refused" else ("", "")
        table.add_row(mark(report), escape(report.source), escape(report.file_name), kind, *counts, remarks(report))
    console.print(table)
    refused = sum(report.status == "refused" for report in reports)
    console.print(f"{len(reports)} files, {refused} would be refused. Nothing was loaded; [bold]svod run[/bold] loads what is good and sets the rest aside.")
    raise typer.Exit(4 if refused else 0)


def listed() -> "list[InboxFile]":
    """The files of the inbox; if it cannot be listed, that is told and the command ends."""
    from pipelines.redaction import plain
    from pipelines.settings import settings
    from pipelines.sources.inbox import list_files

    try:
        return list_files()
    except Exception as error:  # any file system may fail in its own way
        console.print(f"[red]The inbox {escape(settings().inbox_shown)} cannot be listed:[/red] {escape(plain(error))}.", soft_wrap=True)
        console.print("Check the address, the keys in the environment and the setting inbox_options; [bold]svod doctor[/bold] shows what is in force.")
        raise typer.Exit(3) from None


def mark(report: "FileReport") -> str:
    """One word for the file."""
    words = {"refused": "[red]no[/red]", "duplicate": "[dim]again[/dim]"}
    return words.get(report.status, "[yellow]partly[/yellow]" if report.rows_quarantined else "[green]ok[/green]")


def spelled(report: "FileReport") -> str:
    """How the file is written: its encoding and what stands between its cells."""
    delimiter = "tab" if report.delimiter == "\t" else report.delimiter
    return " ".join(word for word in (report.encoding, delimiter) if word)


def remarks(report: "FileReport") -> str:
    """What is wrong with the file and its first bad lines, each with its remedy; no value of the file."""
    told = [(report.reason, report.remedy)] if report.reason else []
    told += [(f"line {row.line}: {row.reason}", row.remedy) for row in report.bad_rows[:SHOWN_LINES]]
    lines = [f"{escape(reason)}. [bold]{escape(remedy)}[/bold]" if remedy else escape(reason) for reason, remedy in told]
    return "\n".join(lines + ([f"… and {report.rows_quarantined - SHOWN_LINES} more lines"] if report.rows_quarantined > SHOWN_LINES else []))


@sources.command()
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An export that Svod does not know: CSV, TSV, XLSX, JSON or Parquet of people.")],
    name: Annotated[str | None, typer.Option(help="Name of the source. Default: from the file's name.")] = None,
) -> None:
    """Draft a new source from an unknown file: preset, staging models and YAML that build at once, for you to check and edit.

    Example:  [bold]svod sources add ~/Downloads/clients.csv --name till[/bold]
    """
    from pipelines.settings import PROJECT, settings
    from pipelines.sources.draft import draft
    from pipelines.sources.report import Refusal

    try:
        made = draft(file, name)
    except Refusal as refusal:
        console.print(f"[red]No draft:[/red] {escape(refusal.reason)}. {escape(refusal.remedy)}.", soft_wrap=True)
        raise typer.Exit(2) from None
    table = Table("column of the file", "taken for", title=f"Source {made.name}")
    for field, columns in made.fields.items():
        for column in columns:
            table.add_row(escape(made.columns[column]), "a consent: [dim]kept in extra[/dim], for you to map" if field == "marketing_consent" else field)
    for column in made.unknown:
        table.add_row(escape(made.columns[column]), "[dim]kept in extra[/dim]")
    console.print(table)
    console.print("Written, for you to check:\n" + "\n".join(f"  {path.relative_to(PROJECT)}" for path in made.files))
    console.print("  dbt_project.yml: the source is in the var staged")
    console.print("For you to add: a line in seeds/retention.csv, what its rows are for and how long they are kept.")
    region = f"taken for numbers of {made.phone_region}" if made.phone_region else "left out"
    console.print(
        f"Phones without a country code are {region} and times without a zone for UTC; the vars phone_regions and time_zones say otherwise.", soft_wrap=True
    )
    console.print(f"Then put the file into [bold]{settings().inbox_shown}/{made.name}/[/bold] and [bold]svod run[/bold].", soft_wrap=True)


@sources.command()
def pull(
    system: Annotated[str, typer.Argument(help="The only one so far: hubspot. Its token comes from SVOD_HUBSPOT_TOKEN.")],
    base_url: Annotated[str | None, typer.Option(help="Another address of the API, for a proxy.")] = None,
) -> None:
    """Fetch a system's records through its API into the inbox, as one more export.

    Example:  [bold]SVOD_HUBSPOT_TOKEN=… svod sources pull hubspot[/bold]
    """
    from pipelines.settings import settings
    from pipelines.sources.hubspot_api import API, pull_contacts

    token = os.environ.get("SVOD_HUBSPOT_TOKEN")
    if system != "hubspot" or not token:
        console.print("Only hubspot can be pulled." if system != "hubspot" else "Set SVOD_HUBSPOT_TOKEN to the token of a private app that may read contacts.")
        raise typer.Exit(2 if system != "hubspot" else 3)
    count = pull_contacts(settings().inbox_url, token, datetime.now(UTC), base_url or API, **settings().inbox_options)
    console.print(f"{count:,} contacts are in the inbox.")
