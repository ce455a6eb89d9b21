"""`svod campaigns send`: sends what the outbox holds. Exit code 3 says that a channel held its messages, and why."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipelines.campaigns.commands import campaigns

if TYPE_CHECKING:
    from pipelines.sending.run import Report

console = Console()
HELD = 3
WORDS = {
    "accepted": "taken by the provider",
    "deferred": "put off, tried again later",
    "failed": "refused for good",
    "unknown": "in doubt: the provider may have it",
    "dry_run": "only written: dry run",
}


@campaigns.command("send")
def send_command(
    channel: Annotated[list[str] | None, typer.Option(help="Only this channel. May be repeated. Default: all.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many messages of each channel.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing, whatever the settings say: only write the messages.")] = False,
) -> None:
    """Send what is due. Until a channel's `mode` is set to sandbox or live, its messages are only written. Ctrl+C finishes what is under way.

    Examples:  [bold]svod campaigns send[/bold]  ·  [bold]svod campaigns send --channel email --limit 100 --dry-run[/bold]
    """
    from pipelines.sending.parts import parts
    from pipelines.sending.run import CHANNELS, send

    if unknown := set(channel or ()) - set(CHANNELS):
        raise typer.BadParameter(f"there is no channel {', '.join(sorted(unknown))}: it is one of {', '.join(CHANNELS)}", param_hint="--channel")
    counts: Counter[str] = Counter()
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True) as progress, parts() as given:
        task = progress.add_task("claiming …")

        def tell(_: str, outcome: str) -> None:
            counts[outcome] += 1
            progress.update(task, description=" · ".join(f"{count:,} {name}" for name, count in sorted(counts.items())))

        report = send(given, channels=tuple(channel or CHANNELS), limit=limit, dry_run=dry_run, tell=tell)
    show(report)
    if report.held:
        raise typer.Exit(HELD)


def show(report: "Report") -> None:
    """What became of the messages, per channel."""
    table = Table("channel", "messages", "what became of them")
    for name, counts in report.counts.items():
        for outcome, count in sorted(counts.items()):
            table.add_row(name, f"{count:,}", WORDS[outcome])
    console.print(table if table.row_count else "Nothing is due.")
    for reason in report.held.values():
        console.print(f"[yellow]Held:[/yellow] {escape(reason)}", soft_wrap=True)
