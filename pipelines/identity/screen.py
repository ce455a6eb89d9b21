"""What the commands of identity share: refusals, tables whose ids can be copied, and reasons in words."""

import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.identity.commands import console
from pipelines.identity.words import REASONS, Say

MOST = 12  # decisions on the screen
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show values in full. Only where you may see them.")]


def quiet() -> None:
    """Libraries warn about each other, which teaches nobody anything."""
    warnings.filterwarnings("ignore")


def stop(refusal: object, code: int = 4, *, said: str = "Nothing was changed. ") -> typer.Exit:
    """Says why nothing was done, and the exit code for it."""
    print(f"{said}{refusal}.", file=sys.stderr)
    return typer.Exit(code)


def unwritable(file: Path, error: OSError) -> typer.Exit:
    """Says why a file that was asked for is not written, and the exit code for it."""
    return stop(f"{file} cannot be written: {error.strerror}", 2, said="")


def try_to_write(file: Path) -> None:
    """Ends the command if the file cannot be written, before it works for minutes; one that is not there is not left behind."""
    is_new = not file.exists()
    try:
        file.open("ab").close()
    except OSError as error:
        raise unwritable(file, error) from None
    if is_new:
        file.resolve().unlink()


def table_of(*columns: str, ids: tuple[str, ...], title: str | None = None) -> Table:
    """A table whose ids are never cut short: they are there to be copied."""
    table = Table(title=title)
    for column in columns:
        table.add_column(column, overflow="fold" if column in ids else "ellipsis")
    return table


def say_reasons(reasons: list[str], say: Say) -> None:
    """What the words of a table's last column mean, each once."""
    for reason in sorted(set(reasons)):
        console.print(f"[bold]{reason}[/bold]: {say(REASONS.get(reason, reason))}.", soft_wrap=True)


def say_unmet(heading: str, decisions: list[tuple[str, str, str, str]], say: Say) -> None:
    """A decision that comes to nothing, for a record is misspelt or another decision forbids it, must not pass unseen."""
    if decisions:
        console.print(say(heading, count=len(decisions)))
    for action, left, right, outcome in decisions[:MOST]:
        console.print(f"   {action} {escape(left)} {escape(right)}: {say(outcome)}", soft_wrap=True)
