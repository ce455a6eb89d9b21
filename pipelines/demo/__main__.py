"""`python -m pipelines.demo`: writes the demo company from the command line."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.demo.company import write_company
from pipelines.settings import settings


def main(
    people: Annotated[int, typer.Option(min=1, help="How many customers the company really has. Each is known to 2.5 systems on average.")] = 2000,
    days: Annotated[int, typer.Option(min=15, help="How many days of visits, mail and orders to tell, up to --end.")] = 90,
    seed: Annotated[int, typer.Option(help="Another number makes other people. The same arguments write the same bytes.")] = 1,
    end: Annotated[str, typer.Option(help="The company's present, UTC, as YYYY-MM-DD: nothing happened after it.")] = "2026-01-01",
    inbox: Annotated[
        Path | None, typer.Option(help="Where the exports go, a folder per source. Default: the inbox of the settings.", show_default=False)
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Where the true identities go. With them, `identity.runs` shows precision and recall.", show_default=False)
    ] = None,
) -> None:
    """Write a made-up retailer: exports of every system Svod reads, and the truth about who is who.

    Files look as the systems write them, with the slips, duplicates and shared phones of real life:
    enough to see the whole pipeline at work, and to measure how well it tells people apart.

    Try: python -m pipelines.demo --people 500 --inbox /tmp/ladya/inbox --truth /tmp/ladya/truth
    """
    inbox, truth = inbox or settings().data / "inbox", truth or settings().data / "truth"
    write_company(inbox, truth, people=people, days=days, seed=seed, end=end)
    typer.echo(f"{people} people, {days} days up to {end}: exports in {inbox}, the truth in {truth}")


if __name__ == "__main__":
    typer.run(main)
