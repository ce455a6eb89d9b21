"""`svod campaigns results`: what campaigns came to, who did not get them and why, and what the experiments say."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.campaigns.commands import campaigns
from pipelines.campaigns.engine_commands import Russian, answering
from pipelines.campaigns.texts import local

console = Console()
COLUMNS = (
    ("step", "шаг"), ("arm", "ветвь"), ("customers", "клиентов"), ("would get it", "могли получить"), ("sent", "отправлено"), ("opened", "открыто"), ("by machines", "машинами"),
    ("clicked", "переходов"), ("left", "отписалось"), ("complained", "жалоб"), ("came back", "вернулось"), ("met the goal", "выполнили цель"), ("revenue each", "выручка на клиента"),
)  # fmt: skip
COMPARED = (
    ("arm", "ветвь"),
    ("customers", "клиентов"),
    ("came to", "итог"),
    ("difference", "разница"),
    ("95 %", "95 %"),
    ("what to make of it", "что это значит"),
)


@campaigns.command("results")
def results_command(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario. Default: all.")] = None,
    russian: Russian = False,
    to: Annotated[Path | None, typer.Option("--to", help="Also as a page with charts, which opens from disk.", dir_okay=False)] = None,
) -> None:
    """What campaigns came to, as of the last run: who got what, who did not and why, what they did, and whether an arm of an experiment is better.

    Examples:  [bold]svod campaigns results[/bold]  ·  [bold]svod campaigns results win_back --ru --to results.html[/bold]
    """
    from pipelines.campaigns import results
    from pipelines.campaigns.engine.scratch import NotAnswered
    from pipelines.settings import settings
    from pipelines.warehouse import connect

    with answering():
        if not settings().warehouse.exists():
            raise NotAnswered("There is no warehouse yet: run `svod run` first")
        with connect(read_only=True) as connection:
            if not results.there_are(connection):
                raise NotAnswered("There are no results yet: they come with the next `svod run`")
            found = results.read(connection, scenario)
        if scenario and not found:
            raise NotAnswered(f"No message of {scenario!r} has been asked for yet")
    if not found:
        console.print("Сообщений пока не было." if russian else "No message has been asked for yet.")
    for one in found:
        show(one, int(russian))
    if to and found:
        from pipelines.campaigns.results_page import page

        to.write_text(page(found, int(russian)))
        console.print(("The page: ", "Страница: ")[int(russian)] + f"[bold]{to}[/bold]")


def show(one, place: int) -> None:
    """One version of a scenario."""
    from pipelines.campaigns import results

    console.print(f"\n[bold]{one.title[place]}[/bold] ({one.scenario}, {('version', 'версия')[place]} {one.version})")
    table = Table(*(names[place] for names in COLUMNS))
    for row in one.steps:
        table.add_row(row["step"], _arm(row, place), *(local(f"{row[key]:,}", place) for key in ("assigned_count", "eligible_count", "sent_count", "opened_count", "opened_by_machine_count",
                      "clicked_count", "unsubscribed_count", "complained_count", "bounced_count", "converted_count")), _money(row, place))  # fmt: skip
    console.print(table)
    if one.not_sent:
        console.print(("Who did not get it, and why:", "Кто не получил и почему:")[place])
        for row in one.not_sent:
            console.print(f"  {local(format(row['messages_count'], '>7,'), place)}  {results.reason(row, place)}", soft_wrap=True)
    for row in one.winners:
        console.print(f"[bold]{results.WINNER[place]}[/bold] {results.winner(row, place)}", soft_wrap=True)
    for rows in one.experiments:
        console.print(f"\n[bold]{results.heading(rows, place)}[/bold]")
        compared = Table(*(names[place] for names in COMPARED))
        for row in rows:
            span = (
                ""
                if row["difference"] is None
                else f"{results.amount(row, row['difference_low'], place, signed=True)} … {results.amount(row, row['difference_high'], place, signed=True)}"
            )
            compared.add_row(row["arm"], local(f"{row['observed_count']:,} / {row['assigned_count']:,}", place), results.amount(row, row["value"], place),
                             "" if row["difference"] is None else results.amount(row, row["difference"], place, signed=True), span,
                             ("compared with", "с чем сравнивают")[place] if row["is_control"] else results.sentence(row, place))  # fmt: skip
        console.print(compared)


def _arm(row: dict, place: int) -> str:
    if row["holdout"]:
        name = {"local": ("holdout", "контрольная группа"), "global": ("company's holdout", "общая контрольная группа")}[row["holdout"]][place]
        return name + (f" ({row['arm']})" if row["arm"] else "")
    return row["arm"] or ""


def _money(row: dict, place: int) -> str:
    return f"{local(format(row['revenue_per_assigned'], ',.0f'), place)} {row['currency']}" if row["currency"] else "–"
