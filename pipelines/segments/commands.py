"""`svod segments …`: what a marketer asks of segments. The answering is done by the modules beside, imported only then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

segments = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="Segments: how large, whom, why she and why not he, and who is like them.")
console = Console()
MOMENTS = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
CAUSES = {
    "conditions": "",
    "known": ", since the customer or the segment had not been known to the run before",
    "gone": ", since the customer was merged or erased, or the segment removed",
    "redefined": ", since the segment was given other conditions",
}
Working = Annotated[bool, typer.Option("--working", help="Ask the pipeline's own file instead of the published one.")]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show values in full. Only where you may see them.")]


@contextmanager
def asking(working: bool, seconds: float | None = None) -> "Iterator[DuckDBPyConnection]":
    """A connection to ask by; what cannot be answered is told in a line, with exit code 2."""
    import sys

    from pipelines.segments.reading import NotAnswered, reading

    try:
        with reading(working=working, seconds=seconds) as connection:
            yield connection
    except NotAnswered as refusal:
        print(f"No answer. {refusal}.", file=sys.stderr)
        raise typer.Exit(2) from None


@segments.command("list")
def list_segments(russian: Annotated[bool, typer.Option("--ru", help="Names and descriptions in Russian.")] = False, working: Working = False) -> None:
    """Every segment: how large it is, how it changed, what it means; and lines of static lists that name nobody.

    Examples:  [bold]svod segments list[/bold]  ·  [bold]svod segments list --ru[/bold]
    """
    from pipelines.segments.listing import listing

    with asking(working) as connection:
        found = listing(connection, russian=russian)
    table = Table("segment", "members", "share", "change", "what it means", title=f"{found.customers:,} customers, as of {found.day}")
    for row in found.rows:
        change = "" if row.before is None or row.before == row.members else f"{row.members - row.before:+,}" + (" [red]jump[/red]" if row.is_jump else "")
        table.add_row(
            row.segment, f"{row.members:,}", f"{row.members / found.customers:.0%}", change, f"[bold]{escape(row.title)}[/bold]: {escape(row.description)}"
        )
    console.print(table)
    for list_name, identifier, problem in found.unresolved:
        console.print(f"seeds/static_lists.csv, {escape(list_name)}: {escape(identifier)} names nobody, {problem}.", soft_wrap=True)


@segments.command()
def preview(
    asked: Annotated[str, typer.Argument(metavar="SQL|NAME", help="A segment, or one select that gives customer_id.")],
    sample: Annotated[int, typer.Option(min=0, max=100, help="How many people to show.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="Stop after this time.")] = 30,
    unmasked: Unmasked = False,
    working: Working = False,
) -> None:
    """Size, whom each channel reaches, and a few people, before a segment is made. Nothing is written; only a select is taken.

    Examples:  [bold]svod segments preview about_to_churn[/bold]  ·  [bold]svod segments preview "select customer_id from marts.customer_360 where orders_count > 3"[/bold]
    """
    from pipelines.segments.preview import preview as look

    with asking(working, seconds) as connection:
        found = look(connection, asked, sample=sample, unmasked=unmasked)
    share = f", {found.customers / found.all_customers:.1%} of {found.all_customers:,}" if found.all_customers else ""
    console.print(f"[bold]{found.customers:,}[/bold] customers{share}.")
    if found.strangers:
        console.print(f"{found.strangers:,} more ids are no customer's and are left out.")
    if found.customers:
        reach = [f"{channel} {count:,} ({count / found.customers:.0%})" for channel, count in found.reachable.items()]
        console.print(f"May and can be reached by: {' · '.join(reach)}.", soft_wrap=True)
    if found.sample:
        table = Table("customer", "name", "e-mail", "phone", "purchases", title="Some of them")
        for row in found.sample:
            table.add_row(*map(escape, row[:4]), str(row[4]))
        console.print(table)


@segments.command()
def why(
    customer: Annotated[str, typer.Argument(help="A customer, also by a former id, or by an e-mail, phone, card or other key of theirs alone.")],
    segment: Annotated[str, typer.Argument(help="The segment.")],
    at: Annotated[datetime | None, typer.Option(formats=MOMENTS, help="As of then, UTC; a day means its end.")] = None,
    unmasked: Unmasked = False,
    working: Working = False,
) -> None:
    """Why a customer is in a segment, or is not: every condition, the values behind, and when what turned. Now or at any day that is kept.

    Examples:  [bold]svod segments why c_0123456789abcdef about_to_churn[/bold]  ·  [bold]svod segments why c_0123456789abcdef new_customers --at 2026-01-31[/bold]
    """
    from pipelines.privacy.finding import masked
    from pipelines.segments.why import why as explain

    moment = datetime.combine(at.date(), time.max) if at and at.time() == time.min else at
    with asking(working) as connection:
        told = explain(connection, customer, segment, at=moment, unmasked=unmasked)
    asked = f"{escape(masked(customer))} {'is now' if customer.startswith('c_') else 'is'} "
    former = f"{asked}{told.customer}, who " if told.customer != customer else f"[bold]{told.customer}[/bold] "
    then = f"{moment:%Y-%m-%d %H:%M}" if moment else "now"
    if moment and told.last_run and moment > told.last_run:
        then += f", as the last run of {told.last_run:%Y-%m-%d %H:%M} tells"
    stands = f"{'is' if not moment else 'was'} {'' if told.is_member else 'not '}in [bold]{escape(segment)}[/bold]"
    console.print(f"{former}{stands} ({then}): {told.holds} of {len(told.conditions)} conditions hold.", soft_wrap=True)
    table = Table("", "condition", "in words")
    for name, holds, words in told.conditions:
        table.add_row("[green]yes[/green]" if holds else "[red]no[/red]", name, escape(words))
    console.print(table)
    table = Table("value", "", "in words")
    for name, value, words in told.facts:
        table.add_row(name, escape(value), escape(words))
    if told.facts:
        console.print(table)
    for occurred_at, change, cause, on, off in told.changes:
        turned = [f"{verb} {names}" for verb, names in (("now holds:", on), ("no longer holds:", off)) if names]
        console.print(f"{occurred_at:%Y-%m-%d %H:%M} {change}{CAUSES[cause]}" + (f"; {'; '.join(turned)}" if turned else ""), soft_wrap=True)


@segments.command()
def lookalike(
    segment: Annotated[str, typer.Argument(help="The segment whose like is sought.")],
    top: Annotated[int, typer.Option(min=1, max=100_000, help="How many to show.")] = 20,
    without: Annotated[list[str] | None, typer.Option(help="A trait to leave out, such as one that the segment is defined by. May be repeated.")] = None,
    working: Working = False,
) -> None:
    """The customers most like the members who are not in the segment, with a score and the traits that drive it.

    Examples:  [bold]svod segments lookalike high_value_customers --top 50[/bold]  ·  [bold]svod segments lookalike high_value_customers --without monetary_score[/bold]
    """
    from pipelines.segments.lookalike import lookalike as seek

    with asking(working) as connection:
        found = seek(connection, segment, top=top, without=tuple(without or ()))
    table = Table("customer", "score", "what drives it", title=f"Most like the {found.members:,} members of {escape(segment)}")
    for like in found.found:
        table.add_row(like.customer, f"{like.score:.3f}", ", ".join(f"{name} {value:g}" for name, value in like.drivers))
    console.print(table)
    console.print(
        "Members differ most in: " + "; ".join(f"{name} {_mean(inside)} against {_mean(outside)}" for name, _, inside, outside in found.weights[:5]) + ".",
        soft_wrap=True,
    )
    if found.auc is not None:
        verdict = "the traits hardly tell members, so this list means little" if found.auc < 0.6 else "the traits tell members from others"
        console.print(f"On customers held back: AUC {found.auc:.2f}, {verdict} (0.5 is chance). Likeness is no promise to buy.", soft_wrap=True)


def _mean(value: float) -> str:
    return "none" if isnan(value) else f"{value:.1f}"
