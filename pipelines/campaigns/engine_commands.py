"""`svod campaigns tick`, `simulate`, `why`, `upcoming`: evaluating, and looking at it before and after. The work is done in `engine`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.campaigns.commands import campaigns

console = Console()
MOMENTS = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
Russian = Annotated[bool, typer.Option("--ru", help="In Russian.")]


@contextmanager
def answering() -> Iterator[None]:
    """What cannot be answered is told in a line, with exit code 2."""
    from pipelines.redaction import Told

    try:
        yield
    except Told as refusal:
        print(f"No answer. {str(refusal).rstrip('.')}.", file=sys.stderr)
        raise typer.Exit(2) from None


@campaigns.command()
def tick(at: Annotated[datetime | None, typer.Option(formats=MOMENTS, help="Logical time, UTC. Default: now, to the minute.")] = None) -> None:
    """Evaluate the live scenarios up to now: who enters, who goes on, what is planned. Again at the same time it changes nothing.

    Example:  [bold]svod campaigns tick --at '2026-01-31 05:00:00'[/bold]
    """
    from pipelines.campaigns.engine.run import evaluate

    with answering():
        done = evaluate(at or datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None), lambda words: print(words, file=sys.stderr))
    console.print(
        f"{done.entries:,} entered · {done.transitions:,} steps · {done.decisions:,} decisions · {done.messages:,} messages planned, controls included."
    )


@campaigns.command()
def simulate(
    name: Annotated[str, typer.Argument(help="A scenario, a draft too.")],
    since: Annotated[datetime, typer.Option("--from", formats=MOMENTS, help="From then, UTC.")],
    until: Annotated[datetime, typer.Option("--to", formats=MOMENTS, help="Until then, UTC.")],
    russian: Russian = False,
) -> None:
    """Run one scenario alone over history, in memory: how many would have entered, got a message, been held back, and why. Nothing is written.

    Example:  [bold]svod campaigns simulate abandoned_cart --from 2026-01-01 --to 2026-02-01[/bold]
    """
    from pipelines.campaigns.engine import scratch
    from pipelines.campaigns.engine.run import files
    from pipelines.campaigns.tables import REASONS

    with answering(), scratch.scratch(with_ledger=False) as connection:
        scenarios, policy = files()
        chosen = {one.scenario: one for one in scenarios}.get(name)
        if chosen is None:
            raise scratch.NotAnswered(f"There is no scenario {name!r}: there are {', '.join(one.scenario for one in scenarios) or 'none'}")
        scratch.simulated(connection, chosen, policy, since, until)
        entered, people = connection.execute("select count(*), count(distinct customer_id) from communications.entries").fetchone()
        rows = connection.execute(scratch.REASONS).fetchall()
    table = Table(*(("почему", "сообщений", "клиентов") if russian else ("why", "messages", "customers")))
    for reason, messages, customers in rows:
        table.add_row(REASONS[reason][int(russian)], f"{messages:,}", f"{customers:,}")
    console.print(f"Вошли бы {entered:,} раз, {people:,} клиентов." if russian else f"{entered:,} passes of {people:,} customers would have begun.")
    console.print(table)
    if any(step.winner for step in chosen.steps):
        console.print("Никто не отвечает: побеждает первая ветвь." if russian else "Nobody answers here, so the first arm wins.")


@campaigns.command()
def why(
    customer: Annotated[str, typer.Argument(help="A customer, also by a former id.")],
    scenario: Annotated[str, typer.Argument(help="The scenario.")],
    russian: Russian = False,
) -> None:
    """What became of a customer in a scenario: every pass, every step, every message and why it went or did not.

    Example:  [bold]svod campaigns why c_0123456789abcdef abandoned_cart[/bold]
    """
    from pipelines.campaigns.engine import inputs, scratch
    from pipelines.campaigns.engine.run import files
    from pipelines.campaigns.engine.why import why as explain

    with answering(), scratch.scratch(with_ledger=True) as connection:
        scenarios, policy = files()
        known = {one.scenario for one in scenarios} | {name for (name,) in connection.execute("select scenario from communications.scenarios").fetchall()}
        if scenario not in known:
            raise scratch.NotAnswered(f"There is no scenario {scenario!r}, and there never was: there are {', '.join(sorted(known)) or 'none'}")
        inputs.show(connection, datetime.now(UTC).replace(tzinfo=None), policy, at="warehouse.")
        found = explain(connection, customer, scenario, russian=russian)
    if not found:
        console.print("Этот клиент в сценарий не входил." if russian else "This customer has not entered this scenario.")
    for one in found:
        holdout = f", {'контрольная группа' if russian else 'holdout'}: {one.holdout}" if one.holdout else ""
        console.print(
            f"\n[bold]{one.entered_at:%Y-%m-%d %H:%M}[/bold] {'вошёл' if russian else 'entered'} ({one.occurrence}), v{one.version}{holdout}", soft_wrap=True
        )
        for moment, step, text in one.lines:
            console.print(f"  {moment:%Y-%m-%d %H:%M}  [bold]{step}[/bold]  {text}", soft_wrap=True)


@campaigns.command()
def upcoming(days: Annotated[int, typer.Option(min=1, max=31, help="How far to look.")] = 1) -> None:
    """What will be sent after the last tick, by hour: planned already, and foreseen if nothing else happens. Counts, no people.

    Example:  [bold]svod campaigns upcoming --days 2[/bold]
    """
    from pipelines.campaigns.engine import scratch
    from pipelines.campaigns.engine.run import sound_files

    with answering():
        scenarios, policy = sound_files()
    with answering(), scratch.scratch(with_ledger=True) as connection:
        rows = scratch.upcoming(connection, scenarios, policy, days)
    table = Table("hour (UTC)", "scenario", "step", "channel", "messages", "", title=f"{timedelta(days=days).days} day(s) after the last tick")
    for scenario, step, channel, hour, is_foreseen, messages in rows:
        table.add_row(f"{hour:%Y-%m-%d %H:00}", scenario, step, channel, f"{messages:,}", "foreseen" if is_foreseen else "planned")
    console.print(table)
