"""`svod identity …`: how records become customers, and how well."""

import json
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.identity.words import Russian, Say, english, words

if TYPE_CHECKING:
    from pipelines.identity.evaluate import Evaluation

identity = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="Matching: which records are one customer, and how well that is told.")
console = Console()
TOOK = "{seconds:.1f} s, {cpu:.1f} s of CPU"
WITHIN = 1.96  # standard errors either side that hold the true figure 95 times in 100


@identity.command()
def evaluate(
    records: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or Parquet of people: record_id and what is known of them.")],
    truth: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="CSV or Parquet: record_id, entity_id.")] = None,
    clusters: Annotated[Path | None, typer.Option(dir_okay=False, help="Write who is who here, CSV or Parquet: record_id, customer_id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON and nothing else.")] = False,
    russian: Russian = False,
) -> None:
    """Run the engine on its own, on any file of people, and say how good it is. Nothing of it stays in the warehouse.

    Columns besides record_id, all optional: source, full_name, given_name, family_name, additional_name, birth_date, gender, email, phone,
    street, locality, region, postal_code, country_code, card_number, national_id. Several values in a cell are apart by semicolons.

    Example:  [bold]svod identity evaluate people.csv --truth truth.csv[/bold]
    """
    import warnings

    warnings.filterwarnings("ignore")  # of libraries about each other
    from pipelines.identity.evaluate import CannotEvaluate
    from pipelines.identity.evaluate import evaluate as run
    from pipelines.identity.screen import try_to_write

    with suppress(ValueError):  # only a main thread may: without this a killed evaluation would leave the people it read behind
        signal.signal(signal.SIGTERM, _stopped)
    if clusters:
        try_to_write(clusters)
    try:
        evaluation = run(records, truth, clusters, lambda stage: print(f"{stage} …", file=sys.stderr, flush=True))
    except CannotEvaluate as refusal:
        print(f"Nothing was evaluated. {refusal}.", file=sys.stderr)
        raise typer.Exit(4) from None
    if as_json:
        print(json.dumps(asdict(evaluation), indent=1))
    else:
        show(evaluation, words(russian=russian))


def _stopped(*_) -> None:
    print("Nothing was evaluated: it was stopped from outside before it was done.", file=sys.stderr, flush=True)
    sys.exit(143)


def show(evaluation: "Evaluation", say: Say = english) -> None:
    """The figures as a table, and what a person should know beside it."""
    table = Table("", "", show_header=False)
    for name, value in rows(evaluation, say):
        table.add_row(say(name), value)
    console.print(table)
    for note in evaluation.notes:
        console.print(escape(note.said(say)) + ".", soft_wrap=True)


def rows(evaluation: "Evaluation", say: Say) -> list[tuple[str, str]]:
    """Name and figure, in the order they are read."""
    found = [("records", f"{evaluation.records:,}"), ("customers", f"{evaluation.customers:,}")]
    if quality := evaluation.quality:
        found += [
            ("people, by the truth", say("{people:,} of {records:,} records", people=quality.people, records=quality.records)),
            ("pairwise precision", _interval(quality.precision, quality.precision_error, say)),
            ("pairwise recall", _interval(quality.recall, quality.recall_error, say)),
            ("pairwise F1", _interval(quality.f1, quality.f1_error, say)),
            ("B-cubed precision, recall, F1", f"{quality.bcubed_precision:.4f}, {quality.bcubed_recall:.4f}, {quality.bcubed_f1:.4f}"),
            ("people found exactly", f"{quality.exact_share:.2%}"),
            ("customers that mix people", f"{quality.over_merged:,}"),
            ("people split over customers", f"{quality.under_merged:,}"),
        ]
    return [
        *found,
        ("pairs scored", f"{evaluation.pairs_scored:,}"),
        ("model", evaluation.model),
        ("reading and standardizing", say(TOOK, seconds=evaluation.reading_seconds, cpu=evaluation.reading_cpu_seconds)),
        ("matching", say(TOOK, seconds=evaluation.seconds, cpu=evaluation.cpu_seconds)),
        ("peak memory", say("{peak:,} MB", peak=evaluation.peak_mb)),
    ]


def _interval(figure: float | None, error: float | None, say: Say) -> str:
    """The figure and where it lies 95 times in 100."""
    if figure is None:
        return say("nothing to measure by")
    if error is None:
        return f"{figure:.4f}" + say("  (too few people with pairs to say how sure)")
    if not error:
        return f"{figure:.4f}" + (say("  (not one error was seen)") if figure == 1 else "")
    return f"{figure:.4f}" + say("  (95%: {low:.4f} to {high:.4f})", low=max(figure - WITHIN * error, 0), high=min(figure + WITHIN * error, 1))
