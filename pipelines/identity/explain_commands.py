"""`svod identity explain`: why records are one customer, or why two of them are not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.identity.commands import console, identity
from pipelines.identity.screen import Unmasked, quiet, say_reasons, stop, table_of, try_to_write
from pipelines.identity.words import REASONS, Russian, Say, words

if TYPE_CHECKING:
    from pipelines.identity.evidence import Pair
    from pipelines.identity.holding import Held
    from pipelines.identity.masking import Shown

MOST = 12  # lines of a kind on the screen
DRAWN = 40  # records in a chart: more are a ball of wool
BOTH = "{left} and {right}"
HOW = {
    None: "Customer [bold]{customer}[/bold].",
    "a record of": "{id} is a record of [bold]{customer}[/bold].",
    "a former id of": "{id} is a former id of [bold]{customer}[/bold].",
}


@identity.command()
def explain(
    identifier: Annotated[str, typer.Argument(help="A customer, also by a former id, or a record.")],
    other: Annotated[str | None, typer.Argument(help="A second record: explain the pair.")] = None,
    chart: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw it into this HTML file too.")] = None,
    unmasked: Unmasked = False,
    russian: Russian = False,
) -> None:
    """Say why records are one customer: what holds it together, its weakest link, who was refused; or take one pair apart, bit by bit.

    Examples:  [bold]svod identity explain c_0123456789abcdef --chart why.html[/bold]  ·  [bold]svod identity explain crm:contact:1 shop:customer:7[/bold]
    """
    quiet()
    say = words(russian=russian)
    from pipelines.identity import evidence, evidence_chart, holding, masking
    from pipelines.identity.run import reading

    if chart:
        try_to_write(chart)
    try:
        with reading(evidence.NotKnown, "identity", "pairs") as connection:
            if other:
                found = evidence.pair(connection, identifier, other)
                people = masking.shown(connection, [found.left, found.right], unmasked=unmasked)
                show_pair(found, people, say)
                both = evidence_chart.record_table([found.left, found.right], people, say)
                sections = [(say("The pair"), evidence_chart.waterfall(found, say)), (say("Records"), both)]
            else:
                customer, how = evidence.customer_of(connection, identifier)
                records = evidence.records_of(connection, customer)
                held = holding.hold(records, evidence.edges_of(connection, records))
                refused = evidence.refused(connection, records)
                people = masking.shown(connection, records, unmasked=unmasked)
                console.print(say(HOW[how], id=escape(identifier), customer=customer), soft_wrap=True)
                show_customer(records, held, people, refused, say)
                asked = [(held.weakest.left, held.weakest.right, say("The weakest link"))] if held.weakest else []
                asked += [(refused[0][0], refused[0][1], say("The strongest pair that was refused"))] if refused else []
                pairs = [(heading, evidence.pair(connection, left, right)) for left, right, heading in asked]
                drawn = holding.nearest(records, held, DRAWN)
                graph = evidence_chart.graph(drawn, held, people, len(records), say) + evidence_chart.record_table(drawn, people, say)
                sections = [(say("What holds it together"), graph)]
                for heading, one in pairs:
                    sections.append((f"{heading}: {say(BOTH, left=one.left, right=one.right)}", evidence_chart.waterfall(one, say)))
    except evidence.NotKnown as refusal:
        raise stop(refusal, 2, said="") from None
    if chart:
        title = say(BOTH, left=identifier, right=other) if other else say("Customer {customer}", customer=customer)
        evidence_chart.write(chart, title, sections, "ru" if russian else "en")
        console.print(say("Drawn: {file}", file=chart), soft_wrap=True)


def show_pair(found: "Pair", people: "dict[str, Shown]", say: Say) -> None:
    """Two records, what they tell, and what each comparison adds."""
    for record in (found.left, found.right):
        console.print(f"{escape(record)}: {escape(str(people.get(record, '')) or say('nothing known'))}", soft_wrap=True)
    table = Table(say("comparison"), say("level"), say("bits"), say("so far"))
    total = 0.0
    for comparison, level, bits in found.parts:
        total += bits
        table.add_row(say(comparison.replace("_", " ")), say(level), f"{bits:+.1f}" if bits else "", f"{total:+.1f}" if bits else "")
    console.print(table)
    from pipelines.settings import settings

    chance = 1 / (1 + 2**-found.weight) if found.weight > -1000 else 0.0
    weighs = say(
        "Match weight {weight:+.1f} bits: one person with a probability of {chance:.4f}; the threshold is {threshold:g}.",
        weight=found.weight, chance=chance, threshold=settings().match_threshold,
    )  # fmt: skip
    console.print(weighs, soft_wrap=True)
    decided = {
        "match": "They are one customer, as a source declares." if found.rule == "declared" else "They are one customer.",
        "review": "They wait for a person: {reason}.",
        "no": "They were looked at, and this pair joins nothing.",
        None: "No run looked at this pair, for they agree on nothing that is looked for; it was scored now.",
    }
    console.print(say(decided[found.decision], reason=say(REASONS.get(found.reason or "", found.reason or ""))), soft_wrap=True)


def show_customer(records: list[str], held: "Held", people: "dict[str, Shown]", refused: list, say: Say) -> None:
    """The records, the edges that reach them all, the weakest of these and what a cut there would do, and who was refused."""
    table = table_of(say("record"), say("who"), ids=(say("record"),), title=say("{count:,} records", count=len(records)))
    for record in records[:MOST]:
        table.add_row(escape(record), escape(str(people.get(record, "")) or say("nothing known")))
    console.print(table)
    if held.tree:
        columns = (say("record"), say("other record"), say("by"), say("bits"))
        table = table_of(*columns, ids=columns[:2], title=say("The strongest edges that hold them together"))
        for edge in held.tree[:MOST]:
            table.add_row(escape(edge.left), escape(edge.right), say(edge.why), say("bound") if edge.weight is None else f"{edge.weight:.1f}")
        console.print(table)
    if held.weakest:
        link = held.weakest
        against = say(": a source declares it against the evidence") if link.binds and link.weight < 0 else ""
        weakest = say(
            "The weakest link: {left} and {right}, {bits:.1f} bits, by {why}{against}.",
            left=escape(link.left), right=escape(link.right), bits=link.weight, why=say(link.why), against=against,
        )  # fmt: skip
        console.print(weakest, soft_wrap=True)
        rest = max(held.others, key=lambda edge: edge.strength, default=None)
        kept = (
            say("It is no bridge: {count} more cross there, the strongest of {bits:.1f} bits.", count=len(held.others), bits=rest.strength)
            if rest
            else say("It is a bridge: nothing else crosses there.")
        )
        parts = say(
            "A cannot_link between these two would part about {left} from {right} records: {records} on the smaller side.",
            left=len(held.left), right=len(held.right), records=", ".join(map(escape, min(held.left, held.right, key=len)[:MOST])),
        )  # fmt: skip
        console.print(f"{kept} {parts}", soft_wrap=True)
    elif held.tree:
        console.print(say("Stewards decided that all of them are one; no match weight is needed."))
    if refused:
        columns = (say("record"), say("other record"), say("bits"), say("other customer"), say("why not"))
        title = say("{count:,} likely pairs with others that joined nothing", count=len(refused))
        table = table_of(*columns, ids=columns[:2] + columns[3:4], title=title)
        for left, right, weight, reason, customer in refused[:MOST]:
            table.add_row(escape(left), escape(right), f"{weight:.1f}", customer, reason)
        console.print(table)
        say_reasons([reason for _, _, _, reason, _ in refused[:MOST]], say)
