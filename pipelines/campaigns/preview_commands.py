"""`svod campaigns preview` and `golden`: what a message looks like, before anybody gets it."""

import importlib.util
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from pipelines.campaigns.commands import campaigns
from pipelines.segments.commands import Unmasked, Working, asking

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.campaigns.schema import Policy

console = Console()


@campaigns.command()
def preview(
    scenario: Annotated[str, typer.Argument(help="The scenario.")],
    template: Annotated[str, typer.Argument(help="The template: a folder below its `templates`.")],
    customer: Annotated[str | None, typer.Option(help="A customer, also by a former id, instead of a fixture.")] = None,
    fixture: Annotated[str | None, typer.Option(help="A file of the template's `fixtures`, without .json. Default: the first.")] = None,
    locale: Annotated[str | None, typer.Option(help="Language, instead of the customer's own.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    to: Annotated[Path | None, typer.Option(help="The page. Default: previews/<scenario>.<template>.html of the data folder.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    russian: Annotated[bool, typer.Option("--ru", help="The page's own words in Russian.")] = False,
    unmasked: Unmasked = False,
    working: Working = False,
) -> None:
    """Show a message on a page: phone and desktop, plain text, subject, headers, links and what is wrong with it. Nothing is sent.

    Examples:  [bold]svod campaigns preview abandoned_basket reminder --open[/bold]  ·  [bold]svod campaigns preview win_back gift --customer c_0123456789abcdef[/bold]
    """
    from pipelines.files import replace_text
    from pipelines.messages.folder import TemplateError, template_folder
    from pipelines.messages.golden import fixture_row
    from pipelines.messages.preview import masked, page, shown
    from pipelines.settings import settings

    policy, purpose = _rules(scenario)
    try:
        folder = template_folder(settings().campaigns, scenario, template)
    except TemplateError as error:
        _refuse(str(error))
    known = sorted(path.stem for path in (folder / "fixtures").glob("*.json"))
    if fixture and fixture not in known:
        _refuse(f"There is no fixture {fixture}: {folder.name} has {', '.join(known) or 'none'}")
    example = fixture_row(folder, fixture or known[0], "email") if known else {"customer": {}, "event": None, "locale": None}
    note = f"fixture {fixture or known[0]}" if known else "nobody"
    if customer:
        with asking(working) as connection:
            found = _customer(connection, customer)
        example |= {"customer": found if unmasked else masked(found), "locale": found["language"]}
        note = f"customer {found['customer_id']}{'' if unmasked else ', masked'}; the event is that of a fixture"
    try:
        messages = shown(settings().campaigns, policy, folder, example["customer"], example["event"], locale or example["locale"], channel, purpose)
    except TemplateError as error:
        _refuse(str(error))
    path = (to or settings().data / "previews" / f"{scenario}.{template}.html").resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, page(f"{scenario} / {template}", note, messages, russian=russian))
    for message in messages:
        if message.held:
            console.print(f"[red]{message.channel} is held back:[/red] ", end="")
            console.print(message.held.detail, markup=False, soft_wrap=True)
    console.print(f"The page is ready: [bold]{path}[/bold]", soft_wrap=True)
    if show:
        webbrowser.open(path.as_uri())


@campaigns.command()
def golden(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the golden files anew.")] = False,
) -> None:
    """Compare what templates write of their fixtures with the golden files, or write these anew. Exit code 4 if anything differs.

    Examples:  [bold]svod campaigns golden[/bold]  ·  [bold]svod campaigns golden win_back --update[/bold]
    """
    from pipelines.messages import golden as files
    from pipelines.messages.render import renderer
    from pipelines.settings import settings

    root, (policy, _) = settings().campaigns, _rules(scenario)
    differs = 0
    with renderer(root, policy) as render:
        for folder in files.templates(root):
            if scenario and folder.parent.parent.name != scenario:
                continue
            found = list(files.golden(folder, render))
            changed = files.renew(folder, found) if update else files.different(folder, found)
            for path in changed:
                console.print(f"{'written' if update else 'differs'}: {path.relative_to(root)}", markup=False, soft_wrap=True)
            differs += len(changed)
    console.print(f"{differs} golden files {'written' if update else 'differ'}.")
    raise typer.Exit(4 if differs and not update else 0)


def _rules(scenario: str | None) -> "tuple[Policy, str]":
    """The policy, and the purpose of the scenario; marketing, which is the stricter, where that cannot be read."""
    from pipelines.campaigns.schema import Policy

    if importlib.util.find_spec("pipelines.campaigns.reading") is None:
        return Policy(), "marketing"
    from pipelines.campaigns.reading import read

    found = read()
    return found.policy, found.files[scenario].content.purpose if scenario in found.files else "marketing"


def _customer(connection: "DuckDBPyConnection", asked: str) -> dict:
    """The customer's columns, by any id ever given. NotAnswered if there is nobody."""
    from pipelines.segments.reading import customer_now

    found = connection.execute("select * from marts.customer_360 where customer_id = ?", [customer_now(connection, asked)])
    return dict(zip([column[0] for column in found.description], found.fetchone(), strict=True))


def _refuse(words: str) -> NoReturn:
    print(f"No preview. {words}.", file=sys.stderr)
    raise typer.Exit(2)
