"""`svod identity explain`: why records are one customer, or why two of them are not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.identity.commands import console, identity
from pipelines.identity.screen import REASONS, Unmasked, quiet, say_reasons, stop, table_of, try_to_write

if TYPE_CHECKING:
    from pipelines.identity.evidence import Pair
    from pipelines.identity.holding import Held
    from pipelines.identity.masking import Shown

MOST = 12  # lines of a kind on the screen
DRAWN = 40  # records in a chart: more are a ball of wool


@identity.command()
def explain(
    identifier: Annotated[str, typer.Argument(help="A customer, also by a former id, or a record.")],
    other: Annotated[str | None, typer.Argument(help="A second record: explain the pair.")] = None,
    chart: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw it into this HTML file too.")] = None,
    unmasked: Unmasked = False,
) -> None:
    """Say why records are one customer: what holds it together, its weakest link, who was refused; or take one pair apart, bit by bit.

    Examples:  [bold]svod identity explain c_0123456789abcdef --chart why.html[/bold]  ·  [bold]svod identity explain crm:contact:1 shop:customer:7[/bold]
    """
    quiet()
    from pipelines.identity import evidence, evidence_chart, holding, masking
    from pipelines.identity.run import reading

    if chart:
        try_to_write(chart)
    try:
        with reading(evidence.NotKnown, "identity", "pairs") as connection:
            if other:
                found = evidence.pair(connection, identifier, other)
                people = masking.shown(connection, [found.left, found.right], unmasked=unmasked)
                show_pair(found, people)
                sections = [("The pair", evidence_chart.waterfall(found)), ("Records", evidence_chart.record_table([found.left, found.right], people))]
            else:
                customer, how = evidence.customer_of(connection, identifier)
                records = evidence.records_of(connection, customer)
                held = holding.hold(records, evidence.edges_of(connection, records))
                refused = evidence.refused(connection, records)
                people = masking.shown(connection, records, unmasked=unmasked)
                console.print(f"{escape(identifier)} is {how} [bold]{customer}[/bold]." if how else f"Customer [bold]{customer}[/bold].", soft_wrap=True)
                show_customer(records, held, people, refused)
                asked = [(held.weakest.left, held.weakest.right, "The weakest link")] if held.weakest else []
                asked += [(refused[0][0], refused[0][1], "The strongest pair that was refused")] if refused else []
                pairs = [(heading, evidence.pair(connection, left, right)) for left, right, heading in asked]
                drawn = holding.nearest(records, held, DRAWN)
                sections = [("What holds it together", evidence_chart.graph(drawn, held, people, of=len(records)) + evidence_chart.record_table(drawn, people))]
                sections += [(f"{heading}: {pair.left} and {pair.right}", evidence_chart.waterfall(pair)) for heading, pair in pairs]
    except evidence.NotKnown as refusal:
        raise stop(refusal, 2, said="") from None
    if chart:
        evidence_chart.write(chart, f"{identifier} and {other}" if other else f"Customer {customer}", sections)
        console.print(f"Drawn: {chart}", soft_wrap=True)


def show_pair(found: "Pair", people: "dict[str, Shown]") -> None:
    """Two records, what they tell, and what each comparison adds."""
    for record in (found.left, found.right):
        console.print(f"{escape(record)}: {escape(str(people.get(record, '')))}", soft_wrap=True)
    table = Table("comparison", "level", "bits", "so far")
    total = 0.0
    for comparison, level, bits in found.parts:
        total += bits
        table.add_row(comparison.replace("_", " "), level, f"{bits:+.1f}" if bits else "", f"{total:+.1f}" if bits else "")
    console.print(table)
    from pipelines.settings import settings

    chance = 1 / (1 + 2**-found.weight) if found.weight > -1000 else 0.0
    console.print(
        f"Match weight {found.weight:+.1f} bits: one person with a probability of {chance:.4f}; the threshold is {settings().match_threshold:g}.",
        soft_wrap=True,
    )
    said = {
        "match": "They are one customer" + (", as a source declares." if found.rule == "declared" else "."),
        "review": f"They wait for a person: {REASONS.get(found.reason or '', found.reason)}.",
        "no": "They were looked at, and this pair joins nothing.",
    }
    console.print(
        said.get(found.decision or "", "No run looked at this pair, for they agree on nothing that is looked for; it was scored now."), soft_wrap=True
    )


def show_customer(records: list[str], held: "Held", people: "dict[str, Shown]", refused: list) -> None:
    """The records, the edges that reach them all, the weakest of these and what a cut there would do, and who was refused."""
    table = table_of("record", "who", ids=("record",), title=f"{len(records):,} records")
    for record in records[:MOST]:
        table.add_row(escape(record), escape(str(people.get(record, ""))))
    console.print(table)
    if held.tree:
        table = table_of("record", "other record", "by", "bits", ids=("record", "other record"), title="The strongest edges that hold them together")
        for edge in held.tree[:MOST]:
            table.add_row(escape(edge.left), escape(edge.right), edge.why, "bound" if edge.weight is None else f"{edge.weight:.1f}")
        console.print(table)
    if held.weakest:
        link = held.weakest
        against = ": a source declares it against the evidence" if link.binds and link.weight < 0 else ""
        console.print(f"The weakest link: {escape(link.left)} and {escape(link.right)}, {link.weight:.1f} bits, by {link.why}{against}.", soft_wrap=True)
        parts = f"{len(held.left)} from {len(held.right)} records: {', '.join(map(escape, min(held.left, held.right, key=len)[:MOST]))} on the smaller side"
        rest = max(held.others, key=lambda edge: edge.strength, default=None)
        kept = (
            f"It is no bridge: {len(held.others)} more cross there, the strongest of {rest.strength:.1f} bits."
            if rest
            else "It is a bridge: nothing else crosses there."
        )
        console.print(f"{kept} A cannot_link between these two would part about {parts}.", soft_wrap=True)
    elif held.tree:
        console.print("Stewards decided that all of them are one; no match weight is needed.")
    if refused:
        columns = ("record", "other record", "bits", "other customer", "why not")
        table = table_of(*columns, ids=columns[:2] + columns[3:4], title=f"{len(refused):,} likely pairs with others that joined nothing")
        for left, right, weight, reason, customer in refused[:MOST]:
            table.add_row(escape(left), escape(right), f"{weight:.1f}", customer, reason)
        console.print(table)
        say_reasons([reason for _, _, _, reason, _ in refused[:MOST]])
