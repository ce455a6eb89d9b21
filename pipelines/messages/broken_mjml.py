"""Where MJML is broken: its compiler says only that it is. Tags left open, closed twice or crosswise, attributes without quotes."""

import re
from html.parser import HTMLParser

from pipelines.messages.folder import Source
from pipelines.messages.plain_text import VOID

UNQUOTED = re.compile(r"=\s*[^\s\"'>]")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


class _Found(Exception):
    """Line and what is wrong with it."""


class _Reader(HTMLParser):
    open: list[tuple[str, int]]

    def handle_starttag(self, tag: str, attributes: list) -> None:
        line = self.getpos()[0]
        if UNQUOTED.search(QUOTED.sub('""', self.get_starttag_text())):
            raise _Found(line, f"an attribute of <{tag}> has no quotes around its value")
        if tag not in VOID:
            self.open.append((tag, line))

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        if UNQUOTED.search(QUOTED.sub('""', self.get_starttag_text()).removesuffix("/>")):
            raise _Found(self.getpos()[0], f"an attribute of <{tag}> has no quotes around its value")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            expected = f"; <{self.open[-1][0]}> of line {self.open[-1][1]} is still open" if self.open else ""
            raise _Found(self.getpos()[0], f"</{tag}> closes nothing here{expected}")
        self.open.pop()


def broken(held: str, source: Source) -> str:
    """`file, line 3: …` of the first thing that is wrong, or only the file."""
    reader = _Reader()
    reader.open = []
    try:
        reader.feed(held)
        reader.close()
        line, what = (reader.open[-1][1], f"<{reader.open[-1][0]}> is never closed") if reader.open else (0, "")
    except _Found as found:
        line, what = found.args
    if not line:
        return f"{source.name}: this is not MJML; it begins with <mjml>, and every tag is closed"
    file, number = source.places[min(line, len(source.places)) - 1]
    return f"{file}, line {number}: {what}"
