"""Jinja's tags held back while something else reads the text: MJML's compiler and the converter to plain text see a plain word instead.

Otherwise they would escape, move or refuse `{% if a < b %}`. When the tags are put back each stands on a line of its own (within the
tag, so nothing of it is printed), by which an error is traced back to the file and line its author wrote.
"""

import re

from pipelines.messages.folder import Source

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
WORD = re.compile(r"jinJa(\d+)aJnij")  # Latin: mrml spells other signs in attributes as Rust does
OPENING = re.compile(r"^\{[{%][-+]?")

Tag = tuple[str, str, int]  # the tag, its file and line


def hold(source: Source) -> tuple[str, list[Tag]]:
    """The text with a word for each tag, and the tags. Comments vanish."""
    tags: list[Tag] = []

    def word(found: re.Match) -> str:
        if found[0].startswith("{#"):
            return ""
        tags.append((found[0], *source.places[source.text.count("\n", 0, found.start())]))
        return f"jinJa{len(tags) - 1}aJnij"

    return TAG.sub(word, source.text), tags


def release(text: str, tags: list[Tag]) -> tuple[str, dict[int, Tag]]:
    """The template with its tags back, and which tag stands on which of its lines."""
    pieces, lines, line, end = [], {}, 1, 0
    for found in WORD.finditer(text):
        before, tag = text[end : found.start()], tags[int(found[1])]
        opening = OPENING.match(tag[0])[0]
        spread = f"{opening}\n{tag[0][len(opening) :]}"
        line += before.count("\n")
        for _ in range(spread.count("\n")):
            line += 1
            lines[line] = tag
        pieces += [before, spread]
        end = found.end()
    return "".join([*pieces, text[end:]]), lines
