"""The plain-text part of an e-mail, from its HTML: link targets are kept, tables stay readable, what is hidden stays out."""

import re
from html.parser import HTMLParser

from pipelines.messages.held_tokens import WORD

BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "section"}
SILENT = {"head", "style", "script", "title"}
VOID = {"br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.open: list[str] = []
        self.hidden = 0  # depth within something hidden
        self.links: list[tuple[str | None, int]] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        given = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
            is_hidden = tag in SILENT or re.search(r"display:\s*none", given.get("style") or "") or given.get("aria-hidden") == "true"
            self.hidden += bool(self.hidden or is_hidden)
        if self.hidden:
            return
        if tag in BLOCKS or tag == "br":
            self.written.append("\n")
        elif tag == "li":
            self.written.append("\n- ")
        elif tag in ("td", "th"):
            self.written.append("\t")
        elif tag == "hr":
            self.written.append("\n----\n")
        elif tag == "img" and given.get("alt"):
            self.written.append(given["alt"])
        elif tag == "a":
            self.links.append((given.get("href"), len(self.written)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        while (closed := self.open.pop()) != tag:
            self._close(closed)
        self._close(tag)

    def _close(self, tag: str) -> None:
        if self.hidden:
            self.hidden -= 1
            return
        if tag == "a" and self.links:
            target, start = self.links.pop()
            label = "".join(self.written[start:]).strip()
            if target and target.removeprefix("mailto:").removeprefix("tel:") != label:
                self.written[start:] = [f"{label}: {target} " if label else f"{target} "]
        elif tag in BLOCKS - {"tr"}:
            self.written.append("\n")

    def handle_data(self, text: str) -> None:
        if self.hidden:
            return
        between_rows = bool(self.open) and self.open[-1] in ("table", "tbody", "thead", "tr", "ul", "ol")
        if between_rows:  # nothing is shown there, but a loop's tags may stand there, each on a line of its own
            self.written += [f"\n{word[0]}" for word in WORD.finditer(text)]
        else:
            after_blank = bool(self.written) and self.written[-1].endswith((" ", "\n"))
            shown = re.sub(r"[ \t\r\n]+", " ", text)
            self.written.append(shown.lstrip(" ") if after_blank else shown)


def plain_text(html: str) -> str:
    """Lines without trailing blanks, never two empty ones together."""
    reader = _Reader()
    reader.feed(re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))
    reader.close()
    return tidy("".join(reader.written))


def tidy(text: str) -> str:
    """Blanks at the ends of lines and repeated empty lines go; cells of a row are apart by two blanks."""
    lines = [re.sub(r" *\t[ \t]*", "  ", line).strip(" ") for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
