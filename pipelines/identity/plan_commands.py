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
from pipelines.identity.words import REASONS, Russian, Say, words

if TYPE_CHECKING:
    from pipelines.identity.plan import Plan

Threshold = Annotated[float | None, typer.Option(min=0.01, max=0.99, help="Match probability from which two records are one person.")]
SAMPLES = {
    "merged": "Some that become part of another customer:",
    "split": "Some that part from their customer:",
    "moved": "Some that go from one customer to another:",
}

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
    russian: Russian = False,
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
        show(found, words(russian=russian))


def show(found: "Plan", say: Say) -> None:
    """The counts, then a few of each kind to look at."""
    console.print(say("The next run, with model [bold]{model}[/bold] and threshold [bold]{threshold:g}[/bold]:", model=found.model, threshold=found.threshold))
    table = Table("", say("now"), say("then"))
    table.add_row(say("customers"), f"{found.customers_now:,}", f"{found.customers_then:,}")
    table.add_row(say("pairs that wait for a person"), f"{found.review_pairs_now:,}", f"{found.review_pairs_then:,}")
    console.print(table)
    changes = say(
        "{merged:,} customers become part of another, {split:,} part from one, {created:,} are new, {retired:,} go. {moved:,} records move between customers; "
        "{affected:,} customers and their {memberships:,} segment memberships are affected.",
        merged=found.merged, split=found.split, created=found.created, retired=found.retired, moved=found.records_moved,
        affected=found.customers_affected, memberships=found.memberships_affected,
    )  # fmt: skip
    console.print(changes, soft_wrap=True)
    if found.waiting_records:
        waiting = say("In it are {count:,} records that are new, changed, gone or newly decided on since the last run.", count=found.waiting_records)
        console.print(waiting, soft_wrap=True)
    say_unmet("Decisions that it cannot obey: {count:,}", found.unmet, say)
    for kind, heading in SAMPLES.items():
        rows = found.samples.get(kind) or []
        if rows:
            console.print("\n" + say(heading))
        for row in rows:
            console.print(
                f"  {row['customer_id']}  {_person(row['person'], say)}  ·  {row['other_customer_id']}  {_person(row['other_person'], say)}", soft_wrap=True
            )
            console.print(f"    {escape(_evidence(row['pair'], kind, say))}", soft_wrap=True)


def _person(shown: dict[str, str] | None, say: Say) -> str:
    """Who it is, in masked words; ids stand in lines of their own length, since they are there to be copied."""
    return escape(", ".join(filter(None, (shown or {}).values())) or say("nothing known"))


def _evidence(pair: dict | None, kind: str, say: Say) -> str:
    """The pair that decided it, and why."""
    if pair is None:
        return say(NO_EVIDENCE[kind])
    if kind == "merged":
        return say("{left} and {right}, {rule}, weight {weight:.1f}", **pair | {"rule": say(pair["rule"])})
    return say("{left} and {right}: {reason}", **pair | {"reason": say(REASONS[pair["reason"]])})


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
        new = candidates.ready(model) if candidate or model else None
    except candidates.NoCandidate as refusal:
        raise stop(refusal) from None
    if threshold:
        try:
            console.print(write_threshold(threshold), soft_wrap=True)
        except OSError as error:
            raise unwritable(Path(error.filename or "svod.toml"), error) from None
    if new:  # after all that may be refused: both or nothing
        before = candidates.put_in_force(new)
        back = f" Back to the one before: [bold]svod identity apply --model {before.version}[/bold]" if before and before.version != new.version else ""
        console.print(f"Model [bold]{new.version}[/bold] is in force from the next run on.{back}", soft_wrap=True)
    if now:
        from pipelines.settings import PROJECT

        raise typer.Exit(subprocess.run([sys.executable, "-m", "orchestration.run"], cwd=PROJECT).returncode)
