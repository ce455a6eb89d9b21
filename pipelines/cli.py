"""`svod …`: what people type. Each command says what it does, asks nothing it can know, and exits with a code that means something.

Exit codes: 0 done · 1 unexpected · 2 wrong usage, or refused · 3 the machine or the settings are not ready · 4 the data did not pass, nothing was published.
Doing the work stays out: commands call the modules that do it, which are imported only then, and the daily job is a process of its own.
"""

import os
import subprocess
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.campaigns.commands import campaigns
from pipelines.demo.commands import demo as demo_app
from pipelines.identity.commands import identity
from pipelines.privacy.commands import privacy
from pipelines.segments.commands import segments
from pipelines.sources.commands import listed, sources
from pipelines.told_errors import ToldErrors

# They add their commands to `identity`, in the order in which help lists them.
from pipelines.identity import train_commands, plan_commands, explain_commands, review_commands  # noqa: F401 # isort: skip
from pipelines.campaigns import preview_commands  # noqa: F401 # isort: skip
from pipelines.campaigns import engine_commands  # noqa: F401 # isort: skip
from pipelines.campaigns import send_commands  # noqa: F401 # isort: skip
from pipelines.responses import commands as response_commands  # noqa: F401 # isort: skip
from pipelines.campaigns import results_commands  # noqa: F401 # isort: skip
from pipelines.audiences import commands as audience_commands  # noqa: F401 # isort: skip

PROJECT = Path(__file__).resolve().parents[1]
warnings.filterwarnings("ignore", message="sqlglot")  # of a library about another
DEMO_PEOPLE, DEMO_DAYS, DEMO_TODAY = 2_000, 90, datetime(2026, 1, 1)
MOMENTS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]

app = typer.Typer(
    cls=ToldErrors,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # local variables hold people's data
    help="Svod: exports in, one profile per customer out. To look around: [bold]svod run --demo[/bold], then [bold]svod docs[/bold].",
)
publish_app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="Published versions: what readers see, and going back.")
app.add_typer(sources, name="sources")
app.add_typer(identity, name="identity")
app.add_typer(privacy, name="privacy")
app.add_typer(segments, name="segments")
app.add_typer(campaigns, name="campaigns")
app.add_typer(demo_app, name="demo")
app.add_typer(publish_app, name="publish")
console = Console()


@app.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="Run on the made-up company, in a data folder of its own.")] = False,
    demo_if_empty: Annotated[bool, typer.Option("--demo-if-empty", help="The same, but only if the inbox is empty.")] = False,
    people: Annotated[int, typer.Option(min=1, help="People of the made-up company, when it is first made.")] = DEMO_PEOPLE,
    run_at: Annotated[datetime | None, typer.Option(formats=MOMENTS, help="Logical time of the run, UTC. Default: now, to the minute.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Build everything, even if nothing has changed.")] = False,
) -> None:
    """Run the daily job once: land what is new, build, match, check, publish.

    Examples:  [bold]svod run[/bold]  ·  [bold]svod run --demo[/bold]  ·  [bold]svod run --run-at '2026-01-31 05:00:00'[/bold]
    """
    if not demo and inbox_is_empty():
        console.print("Put exports in <inbox>/<source>/; [bold]svod sources list[/bold] names the sources.")
        if not demo_if_empty:
            console.print("To look around first, run the made-up company: [bold]svod run --demo[/bold]")
            return
        console.print("So here is the bundled made-up company instead, in a data folder of its own.\n")
        demo = True
    environment = os.environ | (demo_environment(people) if demo else {})
    run_at = run_at or (DEMO_TODAY.replace(hour=6) if demo else None)
    arguments = [*(["--run-at", f"{run_at:%Y-%m-%d %H:%M:%S}"] if run_at else []), *(["--force"] if force else [])]
    raise typer.Exit(subprocess.run([sys.executable, "-m", "orchestration.run", *arguments], cwd=PROJECT, env=environment).returncode)


def inbox_is_empty() -> bool:
    """Whether there is no export at all, in any source's folder; if so it is said."""
    from pipelines.settings import settings

    if listed():
        return False
    console.print(f"The inbox is empty: [bold]{settings().inbox_shown}[/bold]")
    return True


def demo_environment(people: int) -> dict[str, str]:
    """What points a run at the made-up company. Its exports are written first unless they are there."""
    from pipelines.settings import settings

    data = settings().data.resolve()
    folder = data if data.name == "demo" else data / "demo"
    if not (folder / "truth").exists():
        from pipelines.demo import write_company

        console.print(f"Writing the exports of a made-up company of {people:,} people …")
        write_company(folder / "inbox", folder / "truth", people=people, days=DEMO_DAYS, end=f"{DEMO_TODAY:%Y-%m-%d}")
    return {"SVOD_DATA": str(folder), "SVOD_INBOX": str(folder / "inbox"), "SVOD_INBOX_OPTIONS": "{}"}


@app.command()
def dev(port: Annotated[int, typer.Option(help="Port of the web page.")] = 3000) -> None:
    """Open Dagster with its schedule and its sensor for new files, on a page of this machine. Ctrl+C ends it.

    Example:  [bold]svod dev --port 3001[/bold]
    """
    from pipelines.settings import settings

    environment = os.environ | {"SVOD_DATA": str(settings().data.resolve())}
    command = [sys.executable, "-m", "orchestration.home", str(port)]
    raise typer.Exit(subprocess.run(command, cwd=PROJECT, env=environment).returncode)


@app.command()
def docs(to: Annotated[Path, typer.Option(help="Folder of the site.")] = Path("site")) -> None:
    """Build the documentation site: models and lineage, the last data-quality report, the match-weight chart. Opens from disk.

    Example:  [bold]svod docs --to /tmp/svod-site[/bold]
    """
    from pipelines.site import NothingToShow, build_site

    try:
        index = build_site(to.resolve())
    except NothingToShow as refusal:
        console.print(f"[red]No site yet:[/red] {refusal}")
        raise typer.Exit(3) from None
    console.print(f"The site is ready: [bold]{index}[/bold]")


@app.command()
def doctor() -> None:
    """Say what is in force and whether this machine is ready: exit code 3 if it is not. Secrets are never printed.

    Example:  [bold]svod doctor[/bold]
    """
    from rich.markup import escape

    from pipelines.doctor import examine

    table = Table(title="Svod on this machine")
    for column in ("", "what", "how it is", "what to do"):
        table.add_column(column)
    findings = list(examine())
    for finding in findings:
        table.add_row("[green]ok[/green]" if finding.ok else "[red]no[/red]", finding.what, escape(finding.how), "" if finding.ok else finding.remedy)
    console.print(table)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 3)


@publish_app.command("list")
def list_versions() -> None:
    """Every version that is kept, oldest first; an arrow marks the one that readers see.

    Example:  [bold]svod publish list[/bold]
    """
    from pipelines.publish import current, versions

    now = current()
    if not now:
        console.print("Nothing is published yet: [bold]svod run[/bold] publishes the first version.")
        return
    table = Table("", "version", "as of (UTC)", "customers")
    for version in versions():
        table.add_row("→" if version.version == now.version else "", version.version, version.run_at, f"{version.rows.get('marts.customers', 0):,}")
    console.print(table)


@publish_app.command("rollback")
def roll_back(to: Annotated[str | None, typer.Argument(help="Version to go back to. Default: the one before the current one.")] = None) -> None:
    """Put an earlier version before the readers again. The next run publishes a new one only if something has changed.

    Examples:  [bold]svod publish rollback[/bold]  ·  [bold]svod publish rollback 000003-20260131T050000[/bold]
    """
    from pipelines.publish import NothingToPublish, rollback

    try:
        version = rollback(to)
    except NothingToPublish as refusal:
        console.print(f"[red]Nothing was changed:[/red] {refusal}. [bold]svod publish list[/bold] shows what is kept.", soft_wrap=True)
        raise typer.Exit(3) from None
    console.print(f"Readers now see version [bold]{version.version}[/bold], as of {version.run_at} UTC.")


if __name__ == "__main__":
    app()
