"""`svod identity review`: what a steward is asked, and what they decide about it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipelines.identity.commands import console, identity
from pipelines.identity.screen import Unmasked, quiet, say_reasons, say_unmet, stop, unwritable
from pipelines.identity.words import Russian, words


@identity.command()
def review(
    pair: Annotated[list[str] | None, typer.Argument(help="With --decide: the two records.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many questions to show.")] = 20,
    decide: Annotated[str | None, typer.Option(help="must_link (one person) or cannot_link (two).")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever asks later. No personal data.")] = None,
    author: Annotated[str | None, typer.Option(help="Who decides.")] = None,
    file: Annotated[Path | None, typer.Option(dir_okay=False, help="The list of decisions. Default: seeds/identity_overrides.csv.")] = None,
    unmasked: Unmasked = False,
    russian: Russian = False,
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
    say = words(russian=russian)
    try:
        if decide:
            if len(pair or []) != 2 or not reason or not author:
                raise typer.BadParameter("a decision needs two records, --reason and --author")
            try:
                said = queue.decide(decide, pair[0], pair[1], reason, author, file, say)
            except OSError as error:
                raise unwritable(file, error) from None
            for line in said:
                console.print(escape(line), soft_wrap=True)
            return
        if pair:
            raise typer.BadParameter("records are named with --decide; to look at a pair: svod identity explain LEFT RIGHT")
        questions, waiting = queue.questions(file, limit, unmasked=unmasked)
        say_unmet("Decisions that the last run could not obey: {count:,}", queue.unmet(), say)
    except Told as refusal:
        raise stop(refusal) from None
    if not questions:
        console.print(say("No pair waits for a person."))
        return
    console.print(say("{count:,} of {waiting:,} open questions, those first that matter most:\n", count=len(questions), waiting=waiting))
    for number, row in enumerate(questions, start=1):
        effect = say("effect {effect:.1f}, {weight:+.1f} bits, {reason}", effect=row.effect, weight=row.weight, reason=row.reason)
        console.print(f"[bold]{number}.[/bold] {effect}", soft_wrap=True)
        for record, person, records, orders in ((row.left, row.left_person, row.left_records, row.left_orders),
                                                (row.right, row.right_person, row.right_records, row.right_orders)):  # fmt: skip
            has = say("its customer has records: {records}, orders: {orders}", records=records, orders=orders)
            console.print(f"   {escape(record)}  {escape(str(person) or say('nothing known'))}; {has}", soft_wrap=True)
    console.print()
    say_reasons([row.reason for row in questions], say)
    next_step = say(
        "Look closer: [bold]svod identity explain LEFT RIGHT[/bold]. Decide: [bold]svod identity review --decide must_link|cannot_link LEFT RIGHT "
        "--reason … --author …[/bold]"
    )
    console.print(next_step, soft_wrap=True)
