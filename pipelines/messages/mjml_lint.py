"""MJML read for what its compiler passes on in silence: unknown tags and attributes, images without a description or from an open line."""

from collections.abc import Iterator
from html.parser import HTMLParser

from pipelines.messages.folder import Source
from pipelines.messages.held_tokens import hold
from pipelines.messages.mjml_words import TAGS


class _Reader(HTMLParser):
    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source, self.found = source, []
        self.feed(hold(source)[0])

    def handle_starttag(self, tag: str, attributes: list) -> None:
        file, line = self.source.places[min(self.getpos()[0], len(self.source.places)) - 1]
        place, given = f"{file}, line {line}", dict(attributes)
        if tag.startswith("mj"):
            if tag not in TAGS:
                self.found.append(f"{place}: <{tag}> is no tag of MJML that is rendered here")
            else:
                self.found += [f"{place}: <{tag}> takes no attribute {name}" for name in given if name not in TAGS[tag]]
        if tag in ("mj-image", "img"):
            if "alt" not in given:
                self.found.append(f'{place}: an image without alt; describe it, or write alt="" if it only adorns')
            if not (given.get("src") or "").startswith(("https://", "jinJa")):
                self.found.append(f"{place}: the image's src does not begin with https://")
        if tag in ("script", "form", "iframe", "object"):
            self.found.append(f"{place}: mail apps drop <{tag}>, or the whole mail; leave it out")


def mjml_problems(source: Source) -> Iterator[str]:
    """Findings, with file and line."""
    yield from _Reader(source).found
