"""Fixtures, and what templates write of them, kept in git: a change of words shows in review, an accidental one in the tests.

`fixtures/<name>.json` holds `locale`, `customer` (columns of customer_360; those not given are empty) and, if it matters, `event`.
`golden/<name>.<channel>.html` and `.txt` hold what comes of it. `svod campaigns golden --update` writes them anew.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from pipelines.files import replace_text
from pipelines.messages.folder import NEEDED
from pipelines.messages.render import Held
from pipelines.sending.channel import Content
from pipelines.settings import PROJECT

URLS = {f"{name}_url": f"https://mail.example.com/{name}/sample" for name in ("unsubscribe", "preferences", "view")}


@dataclass(frozen=True)
class Golden:
    """A file as it is to be, and the finding that there is instead of it where the message is held back."""

    path: Path
    text: str
    held: Held | None = None


@cache
def columns() -> dict[str, str]:
    """The columns of customer_360 and the privacy class of each."""
    described = yaml.safe_load((PROJECT / "models" / "marts" / "customer_360.yml").read_text(encoding="utf-8"))
    return {column["name"]: column["config"]["meta"]["privacy"] for column in described["models"][0]["columns"]}


def templates(campaigns: Path) -> list[Path]:
    return sorted(path for path in campaigns.glob("*/templates/*") if path.is_dir())


def channels(folder: Path) -> list[str]:
    """Those that the template has files for."""
    return [channel for channel, names in NEEDED.items() if any(list(folder.glob(name.format("*"))) for name in names.values())]


def fixture_row(folder: Path, fixture: str, channel: str) -> dict:
    """A row for `render` of a fixture."""
    given = json.loads((folder / "fixtures" / f"{fixture}.json").read_text(encoding="utf-8"))
    unknown = set(given.get("customer", {})) - set(columns())
    if unknown:
        raise ValueError(f"{folder.name}/fixtures/{fixture}.json: customer_360 has no {', '.join(sorted(unknown))}")
    return row(folder, channel, given.get("locale"), dict.fromkeys(columns()) | given.get("customer", {}), given.get("event"))


def row(folder: Path, channel: str, locale: str | None, customer: dict, event: dict | None) -> dict:
    """A row of somebody who gets nothing: the links are made up."""
    place = {"scenario": folder.parent.parent.name, "template": folder.name, "step": "preview"}
    return {**place, "channel": channel, "locale": locale, "customer": customer, "event": event, **URLS}


def golden(folder: Path, render: Callable[[list[dict]], list[Content | Held]]) -> Iterator[Golden]:
    """What each fixture comes to on each channel."""
    asked = [(path.stem, channel) for path in sorted((folder / "fixtures").glob("*.json")) for channel in channels(folder)]
    for (fixture, channel), found in zip(asked, render([fixture_row(folder, *one) for one in asked]), strict=True):
        path = folder / "golden" / f"{fixture}.{channel}.txt"
        if isinstance(found, Held):
            yield Golden(path, f"{found.reason}: {found.detail}\n", found)
            continue
        if found.html:
            yield Golden(path.with_suffix(".html"), found.html + "\n")
        yield Golden(path, as_text(found))


def as_text(content: Content) -> str:
    """The words of a message, as one would read them out."""
    extra = {"subject": content.subject, "preheader": content.preheader, "url": content.url, **content.data}
    head = "".join(f"{name}: {value}\n" for name, value in extra.items() if value)
    return f"{head}\n{content.text}\n" if head else f"{content.text}\n"


def different(folder: Path, found: list[Golden]) -> list[Path]:
    """Files that are not as they are to be, and those that no fixture makes any more."""
    stale = set((folder / "golden").glob("*.*")) - {one.path for one in found}
    return sorted({one.path for one in found if not one.path.is_file() or one.path.read_text(encoding="utf-8") != one.text} | stale)


def renew(folder: Path, found: list[Golden]) -> list[Path]:
    """Writes or removes those; gives them."""
    (folder / "golden").mkdir(exist_ok=True)
    changed, texts = different(folder, found), {one.path: one.text for one in found}
    for path in changed:
        if path in texts:
            replace_text(path, texts[path])
        else:
            path.unlink()
    return changed
