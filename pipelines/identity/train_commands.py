"""`svod identity train`: a new model as a candidate beside the one in use. What it would change is `plan_commands.py`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipelines.identity.commands import console, identity
from pipelines.identity.screen import quiet, stop


@identity.command()
def train(
    labels: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV of decided pairs that sharpen it, such as seeds/identity_overrides.csv.")
    ] = None,
) -> None:
    """Fit a new model to the records as they are, as a candidate beside the one in use. Nothing changes until it is applied.

    Examples:  [bold]svod identity train[/bold]  ·  [bold]svod identity train --labels seeds/identity_overrides.csv[/bold]
    """
    quiet()
    from pipelines.identity import candidate, model
    from pipelines.redaction import Told
    from pipelines.settings import settings

    try:
        found = candidate.fit(labels)
    except Told as refusal:
        raise stop(refusal) from None
    old = model.current(settings().data / "identity")
    console.print(f"Candidate [bold]{found.model.version}[/bold]: learnt from about {found.matches:,.0f} likely matches among {found.records:,} records"
                  + (f", and from {found.decided:,} decided pairs" if labels else "") + ".", soft_wrap=True)  # fmt: skip
    rows = candidate.differences(found.model, old or model.prior())
    if rows:
        console.print(f"What it weighs differently from the model in use, {old.version}:" if old else "What it weighs differently from the shipped model:")
        table = Table("comparison", "level", "bits now", "bits then")
        for name, label, now, then in rows:
            table.add_row(name.replace("_", " "), label, f"{now:+.1f}", f"{then:+.1f}")
        console.print(table)
    console.print("No other level differs by a bit or more." if rows else "No level differs by a bit or more: it would decide next to nothing differently.")
    console.print("See what it would change: [bold]svod identity plan --candidate[/bold]")
