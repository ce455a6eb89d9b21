"""`svod identity review`: what a steward is asked, and what they decide about it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipelines.identity.commands import console, identity
from pipelines.identity.screen import Unmasked, quiet, say_reasons, say_unmet, stop, unwritable


@identity.command()
def review(
    pair: Annotated[list[str] | None, typer.Argument(help="With --decide: the two records.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many questions to show.")] = 20,
    decide: Annotated[str | None, typer.Option(help="must_link (one person) or cannot_link (two).")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever asks later. No personal data.")] = None,
    author: Annotated[str | None, typer.Option(help="Who decides.")] = None,
    file: Annotated[Path | None, typer.Option(dir_okay=False, help="The list of decisions. Default: seeds/identity_overrides.csv.")] = None,
    unmasked: Unmasked = False,
) -> None:
    """Show the pairs that wait for a person, those first that matter most, or decide one of them.

    What matters: the records and orders of the smaller side, times how open the question is.

    Examples:  [bold]svod identity review --limit 5[/bold]  ·
    [bold]svod identity review --decide cannot_link crm:contact:1 shop:customer:7 --reason "father and son" --author maria[/bold]
    """
    quiet()
    from pipelines.identity import decisions
    from pipelines.identity import review as queue
    from pipelines.redaction import Told

    file = file or decisions.FILE
    try:
        if decide:
            if len(pair or []) != 2 or not reason or not author:
                raise typer.BadParameter("a decision needs two records, --reason and --author")
            try:
                said = queue.decide(decide, pair[0], pair[1], reason, author, file)
            except OSError as error:
                raise unwritable(file, error) from None
            for line in said:
                console.print(escape(line), soft_wrap=True)
            return
        if pair:
            raise typer.BadParameter("records are named with --decide; to look at a pair: svod identity explain LEFT RIGHT")
        questions, waiting = queue.questions(file, limit, unmasked=unmasked)
        say_unmet("that the last run could not obey", queue.unmet())
    except Told as refusal:
        raise stop(refusal) from None
    if not questions:
        console.print("No pair waits for a person.")
        return
    console.print(f"{len(questions):,} of {waiting:,} open questions, those first that matter most:\n")
    for number, row in enumerate(questions, start=1):
        console.print(f"[bold]{number}.[/bold] effect {row.effect:.1f}, {row.weight:+.1f} bits, {row.reason}", soft_wrap=True)
        for record, person, records, orders in ((row.left, row.left_person, row.left_records, row.left_orders),
                                                (row.right, row.right_person, row.right_records, row.right_orders)):  # fmt: skip
            console.print(f"   {escape(record)}  {escape(str(person))}; its customer has records: {records}, orders: {orders}", soft_wrap=True)
    console.print()
    say_reasons([row.reason for row in questions])
    console.print("Look closer: [bold]svod identity explain LEFT RIGHT[/bold]. Decide: [bold]svod identity review --decide must_link|cannot_link LEFT RIGHT "
                  "--reason … --author …[/bold]", soft_wrap=True)  # fmt: skip
