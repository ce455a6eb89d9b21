"""A template folder: which file says what, in which language.

`campaigns/<scenario>/templates/<template>/` holds, per channel and locale, `email.<locale>.mjml` with `subject.<locale>.txt` and, where
wanted, `preheader.<locale>.txt` and `text.<locale>.txt`; `sms.<locale>.txt`; `messenger.<locale>.txt`; `web_push.<locale>.json`.
`<mj-include path="…"/>` takes a file of `campaigns/shared`. Beside them `fixtures/*.json` and `golden/*`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.messages.problem import place, problem

NEEDED = {
    "email": {"html": "email.{}.mjml", "subject": "subject.{}.txt"},
    "sms": {"text": "sms.{}.txt"},
    "messenger": {"text": "messenger.{}.txt"},
    "web_push": {"push": "web_push.{}.json"},
}
OPTIONAL = {"email": {"preheader": "preheader.{}.txt", "text": "text.{}.txt"}}
INCLUDE = re.compile(r"""<mj-include\s+path=["']([^"']*)["']\s*/>""")
NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")


class TemplateError(ValueError):
    """A template that cannot be used; the text (a `Problem`) says which file and what to do, and holds nobody's values."""


@dataclass(frozen=True)
class Source:
    """One file, includes already in it. `places` says of each of its lines which file and line it came from."""

    name: str
    text: str
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Parts:
    """All that one message in one language is made of."""

    channel: str
    locale: str
    sources: dict[str, Source]


def template_folder(campaigns: Path, scenario: str, template: str) -> Path:
    if not (NAME.fullmatch(scenario) and NAME.fullmatch(template)):
        raise TemplateError(problem("names"))
    folder = campaigns / scenario / "templates" / template
    if not folder.is_dir():
        raise TemplateError(problem("no_template_folder", scenario=scenario, template=template))
    return folder


def chain(language: str | None, locales: list[str]) -> list[str]:
    """The languages to try: the customer's own, then the policy's. `ru_RU` and `ru-RU` are `ru`."""
    own = re.split(r"[-_]", (language or "").lower())[0]
    return list(dict.fromkeys([own, *locales] if re.fullmatch("[a-z]{2,3}", own) else locales))


def parts(folder: Path, channel: str, locales: list[str]) -> Parts:
    """The message of a channel in the first of these languages that is complete; a message is never mixed of two."""
    if channel not in NEEDED:
        raise TemplateError(problem("nothing_for_channel", channel=channel, known=", ".join(NEEDED)))
    for locale in locales:
        paths = {part: folder / name.format(locale) for part, name in NEEDED[channel].items()}
        if all(path.is_file() for path in paths.values()):
            further = {part: folder / name.format(locale) for part, name in OPTIONAL.get(channel, {}).items()}
            paths |= {part: path for part, path in further.items() if path.is_file()}
            return Parts(channel, locale, {part: source(path, folder) for part, path in paths.items()})
    names = " with ".join(name.format("|".join(locales)) for name in NEEDED[channel].values())
    raise TemplateError(problem("no_complete_message", folder=f"{folder.parent.parent.name}/{folder.name}", files=names))


def source(path: Path, folder: Path) -> Source:
    """A file with its includes, which are files of `campaigns/shared`."""
    shared = folder.parents[2] / "shared"
    lines = list(_lines(path, shared, depth=0))
    return Source(path.name, "\n".join(line for line, _ in lines), tuple(place for _, place in lines))


def _lines(path: Path, shared: Path, depth: int):
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise TemplateError(problem("not_utf8", file=path.name)) from None
    for number, line in enumerate(text.splitlines(), start=1):
        if not (found := INCLUDE.search(line)):
            yield line, (path.name, number)
            continue
        wanted = (shared / found[1]).resolve()
        if not (wanted.is_relative_to(shared.resolve()) and wanted.is_file()) or depth > 4:
            raise TemplateError(problem("no_include", place=place(path.name, number), file=found[1]))
        yield line[: found.start()], (path.name, number)
        yield from _lines(wanted, shared, depth + 1)
        yield line[found.end() :], (path.name, number)
