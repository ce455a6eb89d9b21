"""Where MJML is broken: its compiler says only that it is. Tags left open, closed twice or crosswise, attributes without quotes."""

import re
from html.parser import HTMLParser

from pipelines.messages.folder import Source
from pipelines.messages.plain_text import VOID
from pipelines.messages.problem import Problem, place, problem

UNQUOTED = re.compile(r"=\s*[^\s\"'>]")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


class _Found(Exception):
    """Line and what is wrong with it."""


class _Reader(HTMLParser):
    open: list[tuple[str, int]]

    def handle_starttag(self, tag: str, attributes: list) -> None:
        line = self.getpos()[0]
        if UNQUOTED.search(QUOTED.sub('""', self.get_starttag_text())):
            raise _Found(line, problem("no_quotes", tag=tag))
        if tag not in VOID:
            self.open.append((tag, line))

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        if UNQUOTED.search(QUOTED.sub('""', self.get_starttag_text()).removesuffix("/>")):
            raise _Found(self.getpos()[0], problem("no_quotes", tag=tag))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            still_open = problem("still_open", tag=self.open[-1][0], line=self.open[-1][1]) if self.open else ""
            raise _Found(self.getpos()[0], problem("closes_nothing", tag=tag, still_open=still_open))
        self.open.pop()


def broken(held: str, source: Source) -> Problem:
    """`file, line 3: …` of the first thing that is wrong, or only the file."""
    reader = _Reader()
    reader.open = []
    try:
        reader.feed(held)
        reader.close()
        line, what = (reader.open[-1][1], problem("never_closed", tag=reader.open[-1][0])) if reader.open else (0, "")
    except _Found as found:
        line, what = found.args
    if not line:
        return problem("not_mjml", file=source.name)
    file, number = source.places[min(line, len(source.places)) - 1]
    return problem("at", place=place(file, number), what=what)
