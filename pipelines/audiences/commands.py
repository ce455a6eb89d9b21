"""`svod campaigns audiences`: brings ad platforms up to date with the audiences of scenarios and segments."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.audiences.platforms import Platform
from pipelines.campaigns.commands import campaigns

if TYPE_CHECKING:
    from pipelines.audiences.settings import AudienceSettings

console = Console()
WORDS = {
    False: ("audience", "target", "members", "matched", "on the list", "to add", "to remove"),
    True: ("аудитория", "площадка", "участников", "можно передать", "в списке", "добавить", "убрать"),
}

NOBODY = {
    False: "{audience}: none of {members:,} members may be matched: it takes consent to ads_matching, for an address that is valid and not suppressed.",
    True: "{audience}: ни одного из {members:,} участников нельзя передать: нужно согласие ads_matching, данное для действительного адреса не из стоп-листа.",
}

TOO_FEW = {
    "list": ("{rows:,} rows; the platform uses a list from {least:,}.", "строк: {rows:,}; площадка использует список от {least:,}."),
    "file": (
        "{rows:,} rows to add; the platform may want files of {least:,}: then upload the whole list, made by --full.",
        "строк к добавлению: {rows:,}; площадка может требовать файлы от {least:,}: тогда загрузите весь список, его делает --full.",
    ),
}


@campaigns.command()
def audiences(
    name: Annotated[str | None, typer.Argument(help="One audience, or one segment. Default: those of the settings.")] = None,
    target: Annotated[list[Platform] | None, typer.Option(help="Only these platforms. Default: those of the settings, or all for a named audience.")] = None,
    full: Annotated[bool, typer.Option("--full", help="The whole list anew, to replace what the platform has.")] = False,
    uploaded: Annotated[bool, typer.Option("--uploaded", help="Say that all files so far are uploaded: they are deleted, and nothing else is done.")] = False,
    russian: Annotated[bool, typer.Option("--ru", help="In Russian.")] = False,
) -> None:
    """Write what ad platforms have to add and to remove, hashed, as files that each takes. Only who agreed to it is in them.

    Examples:  [bold]svod campaigns audiences[/bold]  ·  [bold]svod campaigns audiences high_value_audience --target yandex --ru[/bold]  ·  [bold]svod campaigns audiences --uploaded[/bold]
    """
    from pipelines.audiences.sync import uploaded as delete_uploaded

    given = chosen(name, target)
    if uploaded:
        count = sum(delete_uploaded(platform, audience) for audience, platforms in given.items() for platform in platforms)
        console.print(f"Удалено файлов: {count}." if russian else f"{count} files deleted.")
        return
    if not given:
        console.print("No audience is set up: name one, or list them in svod.toml under [audiences.targets].", markup=False)
        return
    from pipelines.redaction import Told

    table = Table(*WORDS[russian])
    try:
        notes = bring_up_to_date(given, table, full=full, russian=russian)
    except Told as refusal:
        print(f"{refusal}.", file=sys.stderr)
        raise typer.Exit(2) from None
    console.print(table)
    for note in dict.fromkeys(notes):
        console.print(note, soft_wrap=True)


def chosen(name: str | None, target: list[Platform] | None) -> dict[str, list[Platform]]:
    """Audience → platforms."""
    targets = dict(own_settings().targets)
    if name:
        targets = {name: targets.get(name) or [platform for platform in Platform if platform is not Platform.endpoint]}
    return {audience: [platform for platform in platforms if not target or platform in target] or list(target or []) for audience, platforms in targets.items()}


def bring_up_to_date(given: dict[str, list[Platform]], table: Table, *, full: bool, russian: bool) -> list[str]:
    """Syncs every audience with its platforms, a row of the table each. Returns what is to be said besides."""
    from datetime import UTC, datetime

    from pipelines.audiences.endpoint import ENDPOINT, uploader
    from pipelines.audiences.google import GOOGLE
    from pipelines.audiences.meta import META
    from pipelines.audiences.people import gather
    from pipelines.audiences.sync import sync_audience
    from pipelines.audiences.vk import VK
    from pipelines.audiences.yandex import YANDEX
    from pipelines.redaction import Told
    from pipelines.warehouse import connect

    known, notes, endpoint = {one.name: one for one in (GOOGLE, META, YANDEX, VK, ENDPOINT)}, [], own_settings().endpoint
    with connect(read_only=True) as connection:
        for audience, platforms in given.items():
            members, matched = gather(connection, audience)
            if members and not matched:
                notes.append(NOBODY[russian].format(audience=audience, members=members))
            for platform in platforms:
                if platform is Platform.endpoint and not endpoint:
                    raise Told("The endpoint has no address: set SVOD_AUDIENCES__ENDPOINT__URL")
                hand_over = uploader(endpoint, audience) if platform is Platform.endpoint else None
                done = sync_audience(connection, known[platform], audience, datetime.now(UTC), full=full, hand_over=hand_over)
                numbers = (members, matched, done.holds, done.added, done.removed)
                table.add_row(escape(audience), platform, *(f"{number:,}" for number in numbers))
                least = known[platform].least_rows
                notes += [
                    f"[yellow]{audience}, {platform}, {name}:[/yellow] {TOO_FEW[kind][russian].format(rows=rows, least=least)}"
                    for kind, name, rows in done.too_few
                ]
                notes += [f"{platform}: {done.folder}. {known[platform].how[russian]}."] if done.paths else []
    return notes


def own_settings() -> "AudienceSettings":
    from pipelines.settings import settings

    return settings().audiences
