"""`svod privacy …`: what a data protection officer types. Doing the work stays out."""

import csv
import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

privacy = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="Rights of the people in the data: erase, export, retention, the register.")
console = Console()
WIDE = 1000  # characters; as wide as no table is
IDENTIFIERS = typer.Argument(help="E-mail, phone, record id, customer id (an old one too), loyalty card or a visitor's cookie. Several for several people.")


@privacy.command("erase")
def erase_people(
    identifiers: Annotated[list[str] | None, IDENTIFIERS] = None,
    requests: Annotated[
        Path | None, typer.Option("--file", exists=True, dir_okay=False, help="CSV file with the columns reference, identifier: a line per request.")
    ] = None,
    reference: Annotated[str | None, typer.Option(help="Number of the request in your books. It stands in the proof: no personal data in it.")] = None,
    asked_by: Annotated[str | None, typer.Option(help="Who orders it. Default: the user of this machine.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove people from every place, for ever, and write the proof. Shows first what will go; what others hold too (a family's phone) stays with them.

    Examples:  [bold]svod privacy erase anna@example.com[/bold]  ·  [bold]svod privacy erase c_0123456789abcdef --reference 2026-17[/bold]  ·  [bold]svod privacy erase --file requests.csv[/bold]

    An erasure that was killed is finished by calling it again without anything.
    """
    from pipelines.privacy import erase

    with erase.only_here():
        if order := erase.unfinished():
            console.print(f"Finishing the erasure of {order.started_at} ({escape(', '.join(order.references))}) …")
            _tell(erase.carry_out(order))
        reference = reference or f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
        asked = [(reference, identifier) for identifier in identifiers or ()] + (_read(requests, reference) if requests else [])
        if not asked:
            if not order:
                console.print("Whom? Give an identifier or --file; [bold]svod privacy erase --help[/bold] has examples.")
            raise typer.Exit(0 if order else 2)
        plan = _plan(asked, asked_by or getpass.getuser())
        _show(plan)
        words = f"ERASE {plan.records + plan.unrecorded}"
        if not yes and typer.prompt(f"This cannot be taken back. Type {words} to go on", default="", show_default=False) != words:
            erase.give_up()
            console.print("Nothing was changed.")
            raise typer.Exit(2)
        _tell(erase.carry_out(plan))


def _must_have_people() -> None:
    """Before the first run there is nobody to be found."""
    from pipelines.privacy import finding
    from pipelines.settings import settings

    if not settings().warehouse.exists():
        raise finding.NotFound(finding.NOBODY_YET)


def _plan(asked: list[tuple[str, str]], asked_by: str):
    """Everybody who was asked for, at once: every place is searched and written once."""
    from pipelines.privacy import erase, finding
    from pipelines.warehouse import connect

    _must_have_people()
    people, unclear = [], []
    with connect(read_only=True) as connection:
        for reference, identifier in asked:
            try:
                people.append((reference, finding.person(connection, identifier)))
            except finding.NotFound as refusal:
                unclear.append(f"{reference}: {refusal}")
    if unclear:
        raise erase.NotErased("Nobody was erased. First correct these, or take them out:\n" + "\n".join(unclear))
    console.print("Erasing " + ", ".join(finding.masked(identifier) for _, identifier in asked[:5]) + (f" and {len(asked) - 5} more" if len(asked) > 5 else ""))
    return erase.plan(people, asked_by)


def _read(file: Path, reference: str) -> list[tuple[str, str]]:
    """Reference and identifier of every request; those without a reference of their own get the one given."""
    from pipelines.privacy import erase

    with file.open(encoding="utf-8-sig", newline="") as lines:
        delimiter = ";" if ";" in lines.readline() else ","
        lines.seek(0)
        reader = csv.DictReader(lines, delimiter=delimiter)
        if not {"reference", "identifier"} <= set(reader.fieldnames or ()):
            raise erase.NotErased(f"{file.name} must have the columns reference and identifier")
        asked = []
        for row in reader:
            if not (row["identifier"] or "").strip():
                raise erase.NotErased(f"{file.name}, line {reader.line_num}: no identifier, so it is not known who asks")
            asked.append((row["reference"] or reference, row["identifier"]))
        return asked


def _show(plan) -> None:
    others = f", {plan.unrecorded} of whom there is no record" if plan.unrecorded else ""
    table = Table("place", "rows and mentions", title=f"{plan.records} records of {plan.customers} customers{others}")
    for place, hits in plan.before.items():
        if hits:
            table.add_row(escape(place), f"{hits:,}")
    _print(table)


def _print(table: Table) -> None:
    """Names stand whole: on a narrow terminal they go over several lines, in a file or a pipe the table is as wide as they are."""
    for column in table.columns:
        column.overflow = "fold"
    (console if console.is_terminal else Console(width=WIDE)).print(table)


def _tell(proof: Path) -> None:
    import json

    content = json.loads(proof.read_text())
    left = [place["place"] for place in content["places"] if place["hits_after"]]
    console.print(f"Done. The proof: [bold]{proof}[/bold]", soft_wrap=True)
    if left:
        console.print(
            f"[red]Not everything is gone:[/red] look into {escape(', '.join(left))}. Files that were never landed are not rewritten: remove them, or land them."
        )
        raise typer.Exit(1)
    console.print("The figures of others (households, segments) follow with the next [bold]svod run[/bold].")


@privacy.command("export")
def export_person(
    identifier: Annotated[str, typer.Argument(help="E-mail, phone, record id, customer id, loyalty card or cookie of one person.")],
    to: Annotated[Path, typer.Option(help="Folder for the two files. They hold everything: hand them over and remove them.")],
    language: Annotated[str, typer.Option(help="Language of the page: en or ru.")] = "en",
) -> None:
    """Write everything held about one person, as a page and as JSON, with source and purpose.

    Example:  [bold]svod privacy export anna@example.com --to /tmp/anna --language ru[/bold]
    """
    from pipelines.privacy import export
    from pipelines.privacy.register import WORDS

    if language not in WORDS:
        raise typer.BadParameter("the language is en or ru", param_hint="--language")
    _must_have_people()
    for path in export.export(identifier, to, language):
        console.print(f"Written: [bold]{path}[/bold]", soft_wrap=True)


@privacy.command("retention")
def retain(
    apply: Annotated[bool, typer.Option("--apply", help="Remove what is due. Without it nothing is changed.")] = False,
    run_at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"], help="As of when, UTC. Default: now.")] = None,
) -> None:
    """Show which rows are older than seeds/retention.csv allows, and with --apply remove them from every place.

    Examples:  [bold]svod privacy retention[/bold]  ·  [bold]svod privacy retention --apply[/bold]

    The daily job does the same if the setting `retention` is "apply".
    """
    from pipelines.privacy import erase, retention

    moment = run_at or datetime.now(UTC).replace(tzinfo=None)
    table = Table("source", "table", "purpose", "kept, days", "counted from", "rows due")
    for rule in retention.due(moment):
        table.add_row(rule.source, rule.table_name, rule.purpose, str(rule.kept_days), rule.counted_from, f"{rule.rows:,}")
    _print(table)
    if unruled := retention.without_rule():
        console.print(f"[red]Kept for ever, and in no register:[/red] {', '.join(unruled)}. Add a line for each to seeds/retention.csv.", soft_wrap=True)
    if not apply:
        console.print("Nothing was changed. [bold]svod privacy retention --apply[/bold] removes these rows.")
        return
    with erase.only_here():
        if erase.unfinished():
            raise erase.NotErased("An erasure is unfinished: call `svod privacy erase` first")
        proof = retention.apply(moment)
    console.print(f"Done. The proof: [bold]{proof}[/bold]" if proof else "Nothing is due.", soft_wrap=True)


@privacy.command("register")
def write_register(
    to: Annotated[Path, typer.Option(help="Folder for the page and the table.")] = Path("register"),
    language: Annotated[str, typer.Option(help="en or ru.")] = "en",
) -> None:
    """Write the record of processing activities, made from sources, privacy classes, retention and purposes.

    Example:  [bold]svod privacy register --language ru --to /tmp/register[/bold]
    """
    from pipelines.privacy import register

    if language not in register.WORDS:
        raise typer.BadParameter("the language is en or ru", param_hint="--language")
    for path in register.write(to, language):
        console.print(f"Written: [bold]{path}[/bold]", soft_wrap=True)
