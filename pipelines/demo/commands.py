"""`svod demo answer`: the made-up company's customers answer its campaigns. Drawing and writing is `answers`."""

import os
import sys
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

demo = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="The made-up company: letting its customers answer.")
console = Console()


@demo.callback()
def _group() -> None:
    """Keeps `answer` a command of its own name."""


@demo.command()
def answer(
    days: Annotated[int, typer.Option(min=1, max=120, help="How many days pass after the last run.")] = 35,
    seed: Annotated[int, typer.Option(help="Another number makes other answers.")] = 1,
) -> None:
    """Let days pass in the made-up company: its customers get what was planned, open, click, leave and buy. Nothing is sent to anybody.

    What they did is written as exports into the demo's inbox, and what is true of it into truth/effects.parquet.

    Example:  [bold]svod run --demo[/bold], then [bold]svod demo answer[/bold], then what it says
    """
    from pipelines.demo.answers import NothingToAnswer
    from pipelines.demo.answers import answer as let_pass
    from pipelines.settings import settings

    folder = settings().data if settings().data.name == "demo" else settings().data / "demo"
    os.environ |= {"SVOD_DATA": str(folder.resolve()), "SVOD_INBOX": str((folder / "inbox").resolve()), "SVOD_INBOX_OPTIONS": "{}"}
    settings.cache_clear()
    try:
        done = let_pass(days, seed)
    except NothingToAnswer as refusal:
        print(f"No answers. {refusal}.", file=sys.stderr)
        raise typer.Exit(3) from None
    console.print(
        f"{done.letters:,} letters and {done.texts:,} texts arrived, {done.opened:,} were opened, {done.clicked:,} clicked in; {done.purchases:,} purchases."
    )
    console.print("Bring that in, then look:", soft_wrap=True)
    console.print(f"  [bold]svod run --demo --run-at '{done.until + timedelta(hours=3):%Y-%m-%d %H:%M:%S}'[/bold]", soft_wrap=True)
    console.print(f"  [bold]SVOD_DATA={os.path.relpath(folder)} svod campaigns results[/bold]", soft_wrap=True)
