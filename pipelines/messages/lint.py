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
from pipelines.messages.sandbox import EVENT, LATER, NAMES, sandbox
from pipelines.messages.sms_size import sms_parts

OWN_LINKS = re.compile(r"\{\{-?\s*(unsubscribe_url|preferences_url|view_url)\s*-?\}\}")
TRACKED = re.compile(r"\|\s*track\s*-?\}\}$")
ZONE = "UTC"  # no date is written here
SUBJECT, SMS_PARTS, TEXT = 60, 2, 40  # longest subject in signs, most parts, least text of an e-mail in signs


def problems(
    folder: Path, channels: Iterable[str], locales: list[str], columns: Iterable[str], *, purpose: str = "marketing", needs_erid: bool = False
) -> list[str]:
    """Findings for a template that is sent on these channels in these languages. `columns` are those of customer_360. Empty if all is well.

    `needs_erid` is for advertisers who must mark what they send: every message then names its `erid`.
    """
    return list(dict.fromkeys(_problems(folder, list(channels), locales, set(columns), purpose, needs_erid)))


def _problems(folder: Path, channels: list[str], locales: list[str], columns: set[str], purpose: str, needs_erid: bool) -> Iterator[str]:
    if not folder.is_dir():
        yield f"There is no folder {folder.parent.parent.name}/templates/{folder.name}: make it, with a file per channel and language"
        return
    for channel in channels:
        if channel not in NEEDED:
            yield f"Channel {channel} cannot be written: it is one of {', '.join(NEEDED)}"
            continue
        for locale in locales:
            missing = [name.format(locale) for name in NEEDED[channel].values() if not (folder / name.format(locale)).is_file()]
            if missing:
                yield f"{folder.name} has no {' and no '.join(missing)}, which channel {channel} needs in {locale}: write it"
                continue
            try:
                message = parts(folder, channel, [locale])
                compiled(channel, locale, ZONE, tuple(message.sources.items()))
            except TemplateError as error:
                yield str(error)
                continue
            for part, source in message.sources.items():
                pieces = members(source).values() if part == "push" else [source]
                for piece in pieces:
                    yield from _names(piece, NAMES | LATER.get(part, set()), columns)
            yield from _content(channel, message.sources, purpose)
            if needs_erid and not any("erid" in one.text.lower() for one in message.sources.values()):
                yield f"{folder.name}, {channel} in {locale}: advertising without an erid; add the label with its token"


def _names(source: Source, known: set[str], columns: set[str]) -> Iterator[str]:
    """Names that nobody gives, at the place where they stand."""
    text, lines = release(*hold(source))
    tree = sandbox("en", ZONE, escape=True).parse(text)

    def place(node: nodes.Node) -> str:
        _, file, line = lines.get(node.lineno, ("", source.name, node.lineno))
        return f"{file}, line {line}"

    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"} | {node.name for node in tree.find_all(nodes.Macro)}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in known | own | {"range", "namespace", "dict", "loop", "caller"}:
            yield f"{place(node)}: nothing is called {node.name}; a template knows {', '.join(sorted(known))}{_nearest(node.name, known)}"
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if not isinstance(node.node, nodes.Name) or node.node.name not in ("c", "e"):
            continue
        name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
        given, what = (columns, "customer_360") if node.node.name == "c" else (EVENT, "the event; its own members are in e.properties")
        if name is None:
            yield f"{place(node)}: which member of {node.node.name} is meant depends on a value; name it"
        elif name not in given:
            yield f"{place(node)}: {node.node.name}.{name} is no column of {what}{_nearest(str(name), given)}"
    for node in tree.find_all(nodes.Filter):
        if node.name == "safe":
            yield f"{place(node)}: `safe` would let a customer's name write HTML; leave it out"
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        yield f"{place(node)}: a template reads no other one; <mj-include path=…/> takes a part of campaigns/shared"
    for node in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
        yield f"{place(node)}: autoescape cannot be changed; leave it out"


def _nearest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, known, n=1)
    return f" (do you mean {found[0]}?)" if found else ""


def _content(channel: str, sources: dict[str, Source], purpose: str) -> Iterator[str]:
    if channel == "email":
        yield from mjml_problems(sources["html"])
        yield from _email(sources, purpose)
    if channel == "sms":
        source = sources["text"]
        count, alphabet = sms_parts(TAG.sub("x" * 12, TAG.sub(lambda tag: "" if tag[0].startswith("{%") else tag[0], source.text)).strip())
        if count > SMS_PARTS:
            yield f"warning: {source.name} is about {count} SMS parts in {alphabet}, and each is paid for: make it shorter"
    for source in sources.values():
        for found in re.finditer(r"http://[^\s\"'<)]+", source.text):
            if "www.w3.org" not in found[0]:
                file, line = source.places[source.text.count("\n", 0, found.start())]
                yield f"{file}, line {line}: {found[0]} is not https"


def _email(sources: dict[str, Source], purpose: str) -> Iterator[str]:
    name, (held, tags) = sources["html"].name, hold(sources["html"])
    written = re.sub(r"<!--.*?-->", "", html(held, sources["html"], tags), flags=re.DOTALL)
    hrefs = [entities.unescape(WORD.sub(lambda word: tags[int(word[1])][0], found[2])) for found in HREF.finditer(written)]
    for href in dict.fromkeys(hrefs):
        if TAG.search(href):
            if not (OWN_LINKS.fullmatch(href) or (TRACKED.search(href) and TAG.fullmatch(href))):
                yield f"{name}: a link of a value must be one tag that ends with `| track`, not {href[:80]}"
        elif not href.startswith(("https://", "mailto:", "tel:")):
            yield f"{name}: the link {href[:80]!r} does not begin with https://"
    if purpose == "marketing":
        if not any("unsubscribe_url" in href for href in hrefs):
            yield f'{name}: a marketing e-mail without a link to unsubscribe; add <a href="{{{{ unsubscribe_url }}}}">'
        if "text" in sources and not re.search(r"\{\{-?\s*unsubscribe_url", sources["text"].text):
            yield f"{sources['text'].name}: the text part has no link to unsubscribe; add {{{{ unsubscribe_url }}}}"
    if len(re.sub(r"https?://\S+|\s", "", WORD.sub("", plain_text(written)))) < TEXT:
        yield f"{name}: hardly any text, so who sees no images gets nothing; say it in words, too"
    subject = sources["subject"]
    if not subject.text.strip():
        yield f"{subject.name} is empty: write a subject"
    if (length := len(TAG.sub("x" * 8, TAG.sub(lambda tag: "" if tag[0].startswith("{%") else tag[0], subject.text)).strip())) > SUBJECT:
        yield f"warning: {subject.name} has about {length} signs; mail apps show about {SUBJECT}"
