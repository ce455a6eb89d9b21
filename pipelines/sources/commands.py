"""`svod sources …`: which sources there are, what the inbox holds, drafting a new one, pulling one live."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.settings import PROJECT, settings
from pipelines.sources.registry import presets
from pipelines.sources.report import Refusal

sources = typer.Typer(no_args_is_help=True, help="Exports: what Svod knows, what the inbox holds, and new kinds of files.")
console = Console()


@sources.command("list")
def list_sources() -> None:
    """Every source Svod knows, its tables, and how to get its files out of the system."""
    table = Table("folder", "system", "tables", "how to get the files")
    for preset in presets().values():
        table.add_row(f"[bold]{preset.name}[/bold]", f"{preset.title}\n[dim]{preset.kind}[/dim]", "\n".join(table.name for table in preset.tables), preset.where)
    console.print(table)
    console.print(f"Put files into [bold]{settings().inbox_url}/<folder>/[/bold], any name, any depth.")


@sources.command()
def check() -> None:
    """Say what the inbox holds and what is wrong with it, before anything is loaded. Exit code 4 if a file would be refused."""
    from pipelines.sources.landing import check as inspect_inbox

    reports = list(inspect_inbox())
    if not reports:
        console.print(f"The inbox is empty: [bold]{settings().inbox_url}[/bold]. [bold]svod sources list[/bold] says what to put where.")
        return
    table = Table("", "source", "file", "is", "rows", "set aside", "what a person should know")
    for report in reports:
        mark = {"refused": "[red]no[/red]", "duplicate": "[dim]again[/dim]"}.get(report.status, "[yellow]partly[/yellow]" if report.rows_quarantined else "[green]ok[/green]")
        words = [f"{report.reason}. [bold]{report.remedy}[/bold]" if report.remedy else report.reason or ""]
        words += [f"line {row.line}: {row.reason}. [bold]{row.remedy}[/bold]" for row in report.bad_rows[:3]]
        words += [f"… and {report.rows_quarantined - 3} more lines"] if report.rows_quarantined > 3 else []
        told = "\n".join(word for word in words if word)
        table.add_row(mark, report.source, report.file_name, report.table_name or "", f"{report.rows_loaded:,}", f"{report.rows_quarantined:,}", told)
    console.print(table)
    refused = sum(report.status == "refused" for report in reports)
    console.print(f"{len(reports)} files, {refused} would be refused. Nothing was loaded; [bold]svod run[/bold] loads what is good and sets the rest aside.")
    raise typer.Exit(4 if refused else 0)


@sources.command()
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An export that Svod does not know: CSV, TSV or XLSX of people.")],
    name: Annotated[str | None, typer.Option(help="Name of the source. Default: from the file's name.")] = None,
) -> None:
    """Draft a new source from an unknown file: preset, staging models and YAML that build at once, for you to check and edit.

    Example:  [bold]svod sources add ~/Downloads/clients.csv --name till[/bold]
    """
    from pipelines.sources.draft import draft

    try:
        made = draft(file, name)
    except Refusal as refusal:
        console.print(f"[red]No draft:[/red] {refusal.reason}. {refusal.remedy}.")
        raise typer.Exit(2) from None
    table = Table("column of the file", "taken for", title=f"Source {made.name}")
    for field, headers in made.fields.items():
        for header in headers:
            table.add_row(header, field)
    for header in made.unknown:
        table.add_row(header, "[dim]kept in extra[/dim]")
    console.print(table)
    console.print("Written, for you to check:\n" + "\n".join(f"  {path.relative_to(PROJECT)}" for path in made.files) + "\n  dbt_project.yml (var staged)")
    console.print(f"Then put the file into [bold]{settings().inbox_url}/{made.name}/[/bold] and [bold]svod run[/bold].")


@sources.command()
def pull(
    system: Annotated[str, typer.Argument(help="The only one so far: hubspot. Its token comes from SVOD_HUBSPOT_TOKEN.")],
    base_url: Annotated[str | None, typer.Option(help="Another address of the API, for a proxy.")] = None,
) -> None:
    """Fetch a system's records through its API into the inbox, as one more export."""
    from pipelines.sources.hubspot_api import API, pull_contacts

    token = os.environ.get("SVOD_HUBSPOT_TOKEN")
    if system != "hubspot" or not token:
        console.print("Only hubspot can be pulled." if system != "hubspot" else "Set SVOD_HUBSPOT_TOKEN to the token of a private app that may read contacts.")
        raise typer.Exit(2 if system != "hubspot" else 3)
    count = pull_contacts(settings().inbox_url, token, datetime.now(UTC), base_url or API, **settings().inbox_options)
    console.print(f"{count:,} contacts are in the inbox.")
