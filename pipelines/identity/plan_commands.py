"""`svod identity plan` and `apply`: what another model or threshold would change is looked at, then decided on by a person."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.identity.commands import console, identity
from pipelines.identity.screen import quiet, say_unmet, stop, unwritable
from pipelines.identity.threshold import write_threshold

if TYPE_CHECKING:
    from pipelines.identity.plan import Plan

Threshold = Annotated[float | None, typer.Option(min=0.01, max=0.99, help="Match probability from which two records are one person.")]
SAMPLES = {"merged": "become part of another customer", "split": "part from their customer", "moved": "go from one customer to another"}

NO_EVIDENCE = {
    "merged": "by a steward's decision, or through records of others",
    "split": "no pair above the threshold holds them together any more",
    "moved": "nearer to the other's records",
}


@identity.command()
def plan(
    candidate: Annotated[bool, typer.Option("--candidate", help="With the model that `train` made.")] = False,
    threshold: Threshold = None,
    overrides: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="With this list of decisions instead of the one in force.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON and nothing else.")] = False,
) -> None:
    """Say what the next run would change, before anything changes: the warehouse is only read. Names are masked.

    Examples:  [bold]svod identity plan --threshold 0.8[/bold]  ·  [bold]svod identity plan --overrides seeds/identity_overrides.csv[/bold]
    """
    quiet()
    from pipelines.identity import candidate as candidates
    from pipelines.identity.plan import plan as look
    from pipelines.redaction import Told

    try:
        found = look(model=candidates.waiting() if candidate else None, threshold=threshold, decisions=overrides)
    except Told as refusal:
        raise stop(refusal) from None
    if as_json:
        print(json.dumps(asdict(found), indent=1, ensure_ascii=False))
    else:
        show(found)


def show(found: "Plan") -> None:
    """The counts, then a few of each kind to look at."""
    console.print(f"The next run, with model [bold]{found.model}[/bold] and threshold [bold]{found.threshold:g}[/bold]:")
    table = Table("", "now", "then")
    table.add_row("customers", f"{found.customers_now:,}", f"{found.customers_then:,}")
    table.add_row("pairs that wait for a person", f"{found.review_pairs_now:,}", f"{found.review_pairs_then:,}")
    console.print(table)
    console.print(
        f"{found.merged:,} customers become part of another, {found.split:,} part from one, {found.created:,} are new, {found.retired:,} go. "
        f"{found.records_moved:,} records move between customers; {found.customers_affected:,} customers and their {found.memberships_affected:,} "
        "segment memberships are affected.", soft_wrap=True)  # fmt: skip
    if found.waiting_records:
        console.print(f"In it are {found.waiting_records:,} records that are new, changed, gone or newly decided on since the last run.", soft_wrap=True)
    say_unmet("that it cannot obey", found.unmet)
    for kind, words in SAMPLES.items():
        rows = found.samples.get(kind) or []
        if rows:
            console.print(f"\nSome that {words}:")
        for row in rows:
            console.print(f"  {row['customer_id']}  {_person(row['person'])}  ·  {row['other_customer_id']}  {_person(row['other_person'])}", soft_wrap=True)
            console.print(f"    {escape(row['evidence'] or NO_EVIDENCE[kind])}", soft_wrap=True)


def _person(shown: dict[str, str] | None) -> str:
    """Who it is, in masked words; ids stand in lines of their own length, since they are there to be copied."""
    return escape(", ".join(filter(None, (shown or {}).values())) or "nothing known")


@identity.command(name="apply")
def apply_(
    candidate: Annotated[bool, typer.Option("--candidate", help="Put the model that `train` made in force.")] = False,
    model: Annotated[str | None, typer.Option(help="Put this saved model in force again, by its version.")] = None,
    threshold: Threshold = None,
    now: Annotated[bool, typer.Option("--now", help="Start the daily job at once instead of waiting for the next one.")] = False,
) -> None:
    """Make what was planned the case, from the next run on. The model that is replaced is kept, to go back to.

    Examples:  [bold]svod identity apply --candidate --now[/bold]  ·  [bold]svod identity apply --threshold 0.8[/bold]
    """
    quiet()
    from pipelines.identity import candidate as candidates

    if (candidate and model) or not (candidate or model or threshold):
        raise typer.BadParameter("say what: --candidate or --model VERSION, --threshold, or a model and a threshold")
    try:
        if candidate or model:
            new, before = candidates.put_in_force(model)
            back = f" Back to the one before: [bold]svod identity apply --model {before.version}[/bold]" if before and before.version != new.version else ""
            console.print(f"Model [bold]{new.version}[/bold] is in force from the next run on.{back}", soft_wrap=True)
    except candidates.NoCandidate as refusal:
        raise stop(refusal) from None
    if threshold:
        try:
            console.print(write_threshold(threshold), soft_wrap=True)
        except OSError as error:
            raise unwritable(Path(error.filename or "svod.toml"), error) from None
    if now:
        from pipelines.settings import PROJECT

        raise typer.Exit(subprocess.run([sys.executable, "-m", "orchestration.run"], cwd=PROJECT).returncode)
