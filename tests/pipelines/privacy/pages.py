"""Reading the page for a person as a browser shows it: its cells by table and column."""

import html
import re
from collections.abc import Iterator
from typing import Any

from pipelines.privacy.export import columns_of
from pipelines.privacy.values import CODED
from pipelines.sources.registry import presets

# Values here may be the sources' own words.
OWN_WORDS = ("acquisition_medium", "lifecycle_stage")


def cells(page: str, content: list[dict[str, Any]], language: str) -> Iterator[tuple[str, str, Any, str]]:
    """(table, column, value, text on the page)."""
    for part, section in zip(content, page.split("<h2>")[1:], strict=True):
        names = columns_of(part, language)
        for row, shown in zip(part["rows"], re.findall("<tr>(.*?)</tr>", section, re.S)[1:], strict=True):
            for name, text in zip(names, re.findall("<td>(.*?)</td>", shown, re.S), strict=True):
                yield part["table"], name, row.get(name), html.unescape(text)


def left_in_code(page: str, content: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Cells of a Russian page that hold a code as the table has it, without a Russian letter; the name of a source is no code."""
    return {
        (table, name, text)
        for table, name, value, text in cells(page, content, "ru")
        if name in CODED and name not in OWN_WORDS and not table.startswith("raw_") and value == text != "" and text not in presets()
        if not re.search("[А-Яа-яЁё]", text)
    }
