"""`svod identity train`, `plan`, `apply`: a new model or threshold is fitted, looked at, and then decided on by a person."""

import json
import os
import re
import subprocess
import sys
import tomllib
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.files import replace_text
from pipelines.identity.commands import console, identity

if TYPE_CHECKING:
    from pipelines.identity.plan import Plan

Threshold = Annotated[float | None, typer.Option(min=0.01, max=0.99, help="Match probability from which two records are one person.")]
SAMPLES = {"merged": "become part of another customer", "split": "part from their customer", "moved": "go from one customer to another"}


def quiet() -> None:
    """Libraries warn about each other, which teaches nobody anything."""
    warnings.filterwarnings("ignore")


def stop(refusal: Exception, code: int = 4) -> typer.Exit:
    """Says why nothing was done, and the exit code for it."""
    print(f"Nothing was changed. {refusal}.", file=sys.stderr)
    return typer.Exit(code)


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
    for kind, words in SAMPLES.items():
        rows = found.samples.get(kind)
        if rows:
            table = Table("customer", "other customer", "who", "other", "why", title=f"Some that {words}")
            for row in rows:
                who, other = (", ".join(filter(None, (row[key] or {}).values())) for key in ("person", "other_person"))
                table.add_row(row["customer_id"], row["other_customer_id"], escape(who), escape(other), escape(row["evidence"] or ""))
            console.print(table)


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
        console.print(write_threshold(threshold), soft_wrap=True)
    if now:
        from pipelines.settings import PROJECT

        raise typer.Exit(subprocess.run([sys.executable, "-m", "orchestration.run"], cwd=PROJECT).returncode)


def write_threshold(threshold: float) -> str:
    """Sets `match_threshold` in svod.toml, its other lines untouched; returns what to tell."""
    from pipelines.settings import Settings

    file = Path(Settings.model_config["toml_file"])
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    line = f"match_threshold = {threshold:g}"
    # A key of the top level has to stand before the first section.
    changed = re.sub(r"(?m)^match_threshold\s*=.*$", line, text) if "match_threshold" in tomllib.loads(text) else f"{line}\n{text}"
    tomllib.loads(changed)
    replace_text(file, changed)
    if "SVOD_MATCH_THRESHOLD" in os.environ:
        return f"{file.name} now says {line}, but SVOD_MATCH_THRESHOLD in the environment beats it: remove it, or set it to {threshold:g}."
    return f"{file.name} now says {line}: from the next run on, which scores everything anew."
