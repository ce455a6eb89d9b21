"""`svod campaigns …`: what a marketer asks of scenarios before anybody gets anything. The modules beside answer, imported only then.

Exit code 4 says that a scenario has errors, 2 that there is none of that name.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from pipelines.campaigns.findings import Finding
    from pipelines.campaigns.reading import Campaigns
    from pipelines.campaigns.schema import Scenario

campaigns = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="Campaigns and scenarios: check, explain, draw; who gets what, when and why.")
console = Console()
NO_SUCH, NOT_PASSED = 2, 4
Name = Annotated[str, typer.Argument(help="The scenario: the name of its folder.")]
Russian = Annotated[bool, typer.Option("--ru", help="In Russian.")]


@campaigns.command("list")
def list_scenarios(russian: Russian = False) -> None:
    """Every scenario: its version, whether it is live, what begins it, and how many errors and warnings it has.

    Examples:  [bold]svod campaigns list[/bold]  ·  [bold]svod campaigns list --ru[/bold]
    """
    from pipelines.campaigns.checks import check as examine
    from pipelines.campaigns.phrases import Speaker
    from pipelines.campaigns.texts import PURPOSES, STATUSES

    found, say = _read(russian), Speaker(russian)
    findings = examine(found)
    heads = ("scenario", "title", "version", "status", "purpose", "begins", "findings")
    table = Table(*(("сценарий", "название", "версия", "статус", "цель", "начало", "замечания") if russian else heads))
    for name in sorted({*found.files, *found.refused}):
        errors = sum(finding.is_error for finding in findings[name])
        count = _counted(errors, len(findings[name]) - errors, russian)
        if name in found.refused:
            table.add_row(escape(name), "", "", "[red]cannot be read[/red]", "", "", count)
            continue
        scenario = found.files[name].content
        kind = (str(scenario.version), say.either(STATUSES[scenario.status]), say.either(PURPOSES[scenario.purpose]))
        table.add_row(name, escape(scenario.title.ru if russian else scenario.title.en), *kind, escape(say.entry(scenario.entry)), count)
    console.print(table)
    _tell(findings["policy"], russian)


@campaigns.command()
def check(name: Annotated[str | None, typer.Argument(help="One scenario. Default: all, and the policy.")] = None, russian: Russian = False) -> None:
    """What is wrong with the scenarios, in which line, why it matters and what to do. Exit code 4 if there is an error.

    Examples:  [bold]svod campaigns check[/bold]  ·  [bold]svod campaigns check abandoned_basket --ru[/bold]
    """
    from pipelines.campaigns.checks import check as examine

    found = _read(russian)
    findings = examine(found)
    if name is not None:
        if name not in {*found.files, *found.refused}:
            raise _unknown(found, name)
        findings = {name: findings[name]}
    told = [finding for group in findings.values() for finding in group]
    _tell(told, russian)
    errors = sum(finding.is_error for finding in told)
    console.print(_counted(errors, len(told) - errors, russian) or ("Всё в порядке." if russian else "All is in order."))
    raise typer.Exit(NOT_PASSED if errors else 0)


@campaigns.command()
def words(name: Name, russian: Russian = False) -> None:
    """A scenario in plain words: what begins it, what happens step by step, what ends it, who gets nothing.

    Examples:  [bold]svod campaigns words win_back[/bold]  ·  [bold]svod campaigns words win_back --ru[/bold]
    """
    from pipelines.campaigns.words import words as explain

    found, scenario = _one(name, russian)
    console.print(explain(scenario, found.policy, russian=russian), markup=False, highlight=False, soft_wrap=True)


@campaigns.command()
def picture(
    name: Name,
    to: Annotated[Path | None, typer.Option(help="File to write, .html or .svg. Default: <scenario>.html here.")] = None,
    russian: Russian = False,
) -> None:
    """Draw a scenario: one file that opens in a browser and asks nothing of a network.

    Examples:  [bold]svod campaigns picture abandoned_basket[/bold]  ·  [bold]svod campaigns picture abandoned_basket --ru --to basket.svg[/bold]
    """
    from pipelines.campaigns.picture import page, picture

    found, scenario = _one(name, russian)
    file = to or Path(f"{name}.html")
    if file.suffix not in (".html", ".svg"):
        raise typer.BadParameter("the file ends in .html or .svg", param_hint="--to")
    file.write_text((picture if file.suffix == ".svg" else page)(scenario, found.policy, russian=russian), encoding="utf-8")
    console.print(f"The picture is ready: [bold]{escape(str(file))}[/bold]", soft_wrap=True)


@campaigns.command()
def schema() -> None:
    """Write the JSON Schemas that let an editor complete and check scenario files, into the folder of scenarios.

    Example:  [bold]svod campaigns schema[/bold]
    """
    from pipelines.campaigns.editor_schema import write
    from pipelines.settings import settings

    for path in write(settings().campaigns):
        console.print(f"Written: [bold]{escape(str(path))}[/bold]", soft_wrap=True)


def _read(russian: bool) -> "Campaigns":
    """The folder of scenarios; a policy that cannot be read ends the command."""
    import warnings

    warnings.filterwarnings("ignore")  # of libraries about each other
    from pipelines.campaigns.findings import Refused
    from pipelines.campaigns.reading import read

    try:
        return read()
    except Refused as refusal:
        _tell(refusal.findings, russian)
        raise typer.Exit(NOT_PASSED) from None


def _one(name: str, russian: bool) -> "tuple[Campaigns, Scenario]":
    found = _read(russian)
    if name in found.refused:
        _tell(found.refused[name], russian)
        raise typer.Exit(NOT_PASSED)
    if name not in found.files:
        raise _unknown(found, name)
    return found, found.files[name].content


def _unknown(found: "Campaigns", name: str) -> typer.Exit:
    from difflib import get_close_matches

    names = sorted({*found.files, *found.refused})
    near = get_close_matches(name, names, n=3) or names
    console.print(f"There is no scenario {escape(repr(name))}. Perhaps {' or '.join(near) or 'write one first: docs/campaigns.md'}.", soft_wrap=True)
    return typer.Exit(NO_SUCH)


def _counted(errors: int, warnings: int, russian: bool) -> str:
    from pipelines.campaigns.texts import plural

    words = ("error", "ошибка", "ошибки", "ошибок"), ("warning", "предупреждение", "предупреждения", "предупреждений")
    told = [
        f"{count} {plural(count, forms) if russian else word + 's' * (count != 1)}"
        for count, (word, *forms) in zip((errors, warnings), words, strict=True)
        if count
    ]
    return ", ".join(told)


def _tell(findings: "list[Finding]", russian: bool) -> None:
    """File and line first, as editors and terminals make it a link."""
    for finding in findings:
        what, *rest = (part[:1].upper() + part[1:] for part in finding.told(russian=russian) if part)
        colour, word = ("red", ("error", "ошибка")) if finding.is_error else ("yellow", ("warning", "предупреждение"))
        console.print(
            f"[bold]{escape(finding.file)}:{finding.line}[/bold] [{colour}]{word[russian]}[/{colour}]: {escape(what)}.", soft_wrap=True, highlight=False
        )
        if rest:
            console.print(f"    {escape('. '.join(rest))}.", soft_wrap=True, highlight=False)
