"""MJML read for what its compiler passes on in silence: unknown tags and attributes, images without a description or from an open line."""

from collections.abc import Iterator
from html.parser import HTMLParser

from pipelines.messages.folder import Source
from pipelines.messages.held_tokens import hold
from pipelines.messages.mjml_words import TAGS
from pipelines.messages.problem import Problem, place, problem


class _Reader(HTMLParser):
    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source, self.found = source, []
        self.feed(hold(source)[0])

    def handle_starttag(self, tag: str, attributes: list) -> None:
        file, line = self.source.places[min(self.getpos()[0], len(self.source.places)) - 1]
        where, given = place(file, line), dict(attributes)
        if tag.startswith("mj"):
            if tag not in TAGS:
                self.found.append(problem("no_tag", place=where, tag=tag))
            else:
                self.found += [problem("no_attribute", place=where, tag=tag, name=name) for name in given if name not in TAGS[tag]]
        if tag in ("mj-image", "img"):
            if "alt" not in given:
                self.found.append(problem("image_without_alt", place=where))
            if not (given.get("src") or "").startswith(("https://", "jinJa")):
                self.found.append(problem("image_not_https", place=where))
        if tag in ("script", "form", "iframe", "object"):
            self.found.append(problem("dropped_tag", place=where, tag=tag))


def mjml_problems(source: Source) -> Iterator[Problem]:
    """Findings, with file and line."""
    yield from _Reader(source).found
