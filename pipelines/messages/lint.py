"""What is wrong with a template before anybody gets it: `problems(folder, channels, locales, columns)`.

Each finding is one sentence with file, line and what to do; those that need not be mended begin with `warning:`. Nothing is rendered here:
fixtures and golden files show what a template writes.
"""

import difflib
import html as entities
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import nodes

from pipelines.messages.compiled import HREF, compiled, html, members
from pipelines.messages.folder import NEEDED, Source, TemplateError, parts
from pipelines.messages.held_tokens import TAG, WORD, hold, release
from pipelines.messages.mjml_lint import mjml_problems
from pipelines.messages.plain_text import plain_text
from pipelines.messages.problem import Problem, place, problem
from pipelines.messages.sandbox import EVENT, LATER, NAMES, sandbox
from pipelines.messages.sms_size import sms_parts

OWN_LINKS = re.compile(r"\{\{-?\s*(unsubscribe_url|preferences_url|view_url)\s*-?\}\}")
TRACKED = re.compile(r"\|\s*track\s*-?\}\}$")
ZONE = "UTC"  # no date is written here
SUBJECT, SMS_PARTS, TEXT = 60, 2, 40  # longest subject in signs, most parts, least text of an e-mail in signs


def problems(
    folder: Path, channels: Iterable[str], locales: list[str], columns: Iterable[str], *, purpose: str = "marketing", needs_erid: bool = False
) -> list[Problem]:
    """Findings for a template that is sent on these channels in these languages. `columns` are those of customer_360. Empty if all is well.

    `needs_erid` is for advertisers who must mark what they send: every message then names its `erid`.
    """
    return list(dict.fromkeys(_problems(folder, list(channels), locales, set(columns), purpose, needs_erid)))


def _problems(folder: Path, channels: list[str], locales: list[str], columns: set[str], purpose: str, needs_erid: bool) -> Iterator[Problem]:
    if not folder.is_dir():
        yield problem("no_folder", scenario=folder.parent.parent.name, template=folder.name)
        return
    for channel in channels:
        if channel not in NEEDED:
            yield problem("no_channel", channel=channel, known=", ".join(NEEDED))
            continue
        for locale in locales:
            missing = [name.format(locale) for name in NEEDED[channel].values() if not (folder / name.format(locale)).is_file()]
            if missing:
                files = Problem(" and no ".join(missing), " и нет ".join(missing))
                yield problem("missing_files", template=folder.name, files=files, channel=channel, locale=locale)
                continue
            try:
                message = parts(folder, channel, [locale])
                compiled(channel, locale, ZONE, tuple(message.sources.items()))
            except TemplateError as error:
                yield error.args[0]
                continue
            for part, source in message.sources.items():
                pieces = members(source).values() if part == "push" else [source]
                for piece in pieces:
                    yield from _names(piece, NAMES | LATER.get(part, set()), columns)
            yield from _content(channel, message.sources, purpose)
            if needs_erid and not any("erid" in one.text.lower() for one in message.sources.values()):
                yield problem("no_erid", template=folder.name, channel=channel, locale=locale)


def _names(source: Source, known: set[str], columns: set[str]) -> Iterator[Problem]:
    """Names that nobody gives, at the place where they stand."""
    text, lines = release(*hold(source))
    tree = sandbox("en", ZONE, escape=True).parse(text)

    def where(node: nodes.Node) -> Problem:
        _, file, line = lines.get(node.lineno, ("", source.name, node.lineno))
        return place(file, line)

    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"} | {node.name for node in tree.find_all(nodes.Macro)}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in known | own | {"range", "namespace", "dict", "loop", "caller"}:
            yield problem("unknown_name", place=where(node), name=node.name, known=", ".join(sorted(known)), nearest=_nearest(node.name, known))
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if not isinstance(node.node, nodes.Name) or node.node.name not in ("c", "e"):
            continue
        name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
        given, code = (columns, "no_column") if node.node.name == "c" else (EVENT, "no_member")
        if name is None:
            yield problem("member_by_value", place=where(node), name=node.node.name)
        elif name not in given:
            yield problem(code, place=where(node), name=name, nearest=_nearest(str(name), given))
    for node in tree.find_all(nodes.Filter):
        if node.name == "safe":
            yield problem("safe", place=where(node))
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        yield problem("reads_other", place=where(node))
    for node in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
        yield problem("autoescape", place=where(node))


def _nearest(name: str, known: Iterable[str]) -> Problem:
    found = difflib.get_close_matches(name, known, n=1)
    return problem("nearest", name=found[0]) if found else Problem("", "")


def _content(channel: str, sources: dict[str, Source], purpose: str) -> Iterator[Problem]:
    if channel == "email":
        yield from mjml_problems(sources["html"])
        yield from _email(sources, purpose)
    if channel == "sms":
        source = sources["text"]
        count, alphabet = sms_parts(TAG.sub("x" * 12, TAG.sub(lambda tag: "" if tag[0].startswith("{%") else tag[0], source.text)).strip())
        if count > SMS_PARTS:
            yield problem("sms_parts", file=source.name, count=count, alphabet=alphabet)
    for source in sources.values():
        for found in re.finditer(r"http://[^\s\"'<)]+", source.text):
            if "www.w3.org" not in found[0]:
                file, line = source.places[source.text.count("\n", 0, found.start())]
                yield problem("not_https", place=place(file, line), link=found[0])


def _email(sources: dict[str, Source], purpose: str) -> Iterator[Problem]:
    name, (held, tags) = sources["html"].name, hold(sources["html"])
    written = re.sub(r"<!--.*?-->", "", html(held, sources["html"], tags), flags=re.DOTALL)
    hrefs = [entities.unescape(WORD.sub(lambda word: tags[int(word[1])][0], found[2])) for found in HREF.finditer(written)]
    for href in dict.fromkeys(hrefs):
        if TAG.search(href):
            if not (OWN_LINKS.fullmatch(href) or (TRACKED.search(href) and TAG.fullmatch(href))):
                yield problem("link_of_value", file=name, link=href[:80])
        elif not href.startswith(("https://", "mailto:", "tel:")):
            yield problem("link_start", file=name, link=href[:80])
    if purpose == "marketing":
        if not any("unsubscribe_url" in href for href in hrefs):
            yield problem("no_unsubscribe", file=name)
        if "text" in sources and not re.search(r"\{\{-?\s*unsubscribe_url", sources["text"].text):
            yield problem("no_unsubscribe_in_text", file=sources["text"].name)
    if len(re.sub(r"https?://\S+|\s", "", WORD.sub("", plain_text(written)))) < TEXT:
        yield problem("little_text", file=name)
    subject = sources["subject"]
    if not subject.text.strip():
        yield problem("no_subject", file=subject.name)
    if (length := len(TAG.sub("x" * 8, TAG.sub(lambda tag: "" if tag[0].startswith("{%") else tag[0], subject.text)).strip())) > SUBJECT:
        yield problem("long_subject", file=subject.name, length=length, most=SUBJECT)
