"""`svod …`: what people type. Each command says what it does, asks nothing it can know, and exits with a code that means something.

Exit codes: 0 done · 1 unexpected · 2 wrong usage · 3 the machine or the settings are not ready · 4 the audit failed, nothing was published.
Doing the work stays out: commands call the modules that do it, and the daily job is started as a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.settings import PROJECT, settings
from pipelines.sources.commands import sources

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", help="Svod: exports in, one profile per customer out.")
publish_app = typer.Typer(no_args_is_help=True, help="Published versions: what readers see, and going back.")
app.add_typer(sources, name="sources")
app.add_typer(publish_app, name="publish")

DEMO_PEOPLE, DEMO_DAYS, DEMO_TODAY = 2_000, 90, "2026-01-01"
console = Console()


@app.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="Run on the made-up company, in a data folder of its own.")] = False,
    demo_if_empty: Annotated[bool, typer.Option("--demo-if-empty", help="The same, but only if the inbox is empty.")] = False,
    people: Annotated[int, typer.Option(help="People of the made-up company, when it is first made.")] = DEMO_PEOPLE,
    run_at: Annotated[str | None, typer.Option(help="Logical time of the run, UTC, like '2026-01-31 05:00:00'. Default: now, to the minute.")] = None,
) -> None:
    """Run the daily job once: land what is new, build, match, check, publish.

    Examples:  [bold]svod run[/bold]  ·  [bold]svod run --demo[/bold]  ·  [bold]svod run --run-at '2026-01-31 05:00:00'[/bold]
    """
    if not demo and inbox_is_empty():
        console.print(f"The inbox is empty: [bold]{settings().inbox_url}[/bold]. Put exports in <inbox>/<source>/; [bold]svod sources list[/bold] names the sources.")
        if not demo_if_empty:
            console.print("To look around first, run the made-up company: [bold]svod run --demo[/bold]")
            raise typer.Exit(0)
        console.print("So here is the bundled made-up company instead, in a data folder of its own.\n")
        demo = True
    environment = dict(os.environ)
    if demo:
        environment["SVOD_DATA"] = str(make_demo(people))
        environment["SVOD_INBOX"] = str(make_demo(people) / "inbox")
        run_at = run_at or f"{DEMO_TODAY} 06:00:00"
    command = [sys.executable, "-m", "orchestration.run", *(["--run-at", run_at] if run_at else [])]
    raise typer.Exit(subprocess.run(command, cwd=PROJECT, env=environment).returncode)


def inbox_is_empty() -> bool:
    """Whether there is no export at all, in any source's folder."""
    from pipelines.sources.inbox import list_files

    return not any(True for _ in list_files())


def make_demo(people: int) -> Path:
    """The data folder of the made-up company, with its exports written unless they are there."""
    folder = settings().data if settings().data.name == "demo" else settings().data / "demo"
    if not (folder / "truth").exists():
        from pipelines.demo import write_company

        console.print(f"Writing the exports of a made-up company of {people:,} people …")
        write_company(folder / "inbox", folder / "truth", people=people, days=DEMO_DAYS, end=DEMO_TODAY)
    return folder


@app.command()
def dev(port: Annotated[int, typer.Option(help="Port of the web page.")] = 3000) -> None:
    """Open Dagster with its schedule and its sensor for new files (Ctrl+C ends it)."""
    environment = os.environ | {"SVOD_DATA": str(settings().data.resolve())}
    command = [sys.executable, "-m", "orchestration.home", str(port)]
    raise typer.Exit(subprocess.run(command, cwd=PROJECT, env=environment).returncode)


@app.command()
def docs(to: Annotated[Path, typer.Option(help="Folder of the site.")] = PROJECT / "site") -> None:
    """Build the documentation site: models and lineage, the last data-quality report, the match-weight chart. Opens from disk."""
    from pipelines.site import build_site

    index = build_site(to)
    console.print(f"The site is ready: [bold]{index}[/bold]")


@app.command()
def doctor() -> None:
    """Say what is in force and whether this machine is ready. Secrets are never printed."""
    from pipelines.doctor import examine

    table = Table(title="Svod on this machine")
    for column in ("", "what", "how it is", "what to do"):
        table.add_column(column)
    findings = list(examine())
    for finding in findings:
        table.add_row("[green]ok[/green]" if finding.ok else "[red]no[/red]", finding.what, finding.how, "" if finding.ok else finding.remedy)
    console.print(table)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 3)


@publish_app.command("list")
def list_versions() -> None:
    """Every version that is kept, oldest first; the current one is marked."""
    from pipelines.publish import current, versions

    now = current()
    table = Table("", "version", "as of (UTC)", "customers")
    for version in versions():
        table.add_row("→" if now and version.version == now.version else "", version.version, version.run_at, f"{version.rows.get('marts.customers', 0):,}")
    console.print(table)


@publish_app.command("rollback")
def roll_back(to: Annotated[str | None, typer.Argument(help="Version to go back to. Default: the one before the current one.")] = None) -> None:
    """Put an earlier version before the readers again."""
    from pipelines.publish import NothingToPublish, rollback

    try:
        version = rollback(to)
    except NothingToPublish as refusal:
        console.print(f"[red]Nothing was changed:[/red] {refusal}")
        raise typer.Exit(3) from None
    console.print(f"Readers now see version [bold]{version.version}[/bold], as of {version.run_at} UTC.")


if __name__ == "__main__":
    app()
