"""Taking rows out of an XLSX workbook by editing its XML: all other rows, sheets and styles stay, and keep their numbers.

The texts of a workbook lie in one shared list; those that no other row uses are emptied there.
"""

import html
import re
import zipfile
from collections.abc import Callable
from io import BytesIO

ROW = re.compile(rb'<row\b[^>]*?\br="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
SHARED = re.compile(rb'<c\b[^>]*?\bt="s"[^>]*>.*?<v>(\d+)</v>.*?</c>', re.DOTALL)
CELL = re.compile(rb"<c\b[^>]*?/>|<c\b[^>]*>.*?</c>", re.DOTALL)
TEXT = re.compile(rb"<(?:t|v)\b[^>]*>(.*?)</(?:t|v)>", re.DOTALL)
ITEM = re.compile(rb"<si\b[^>]*?/>|<si\b[^>]*>.*?</si>", re.DOTALL)
STRINGS = "xl/sharedStrings.xml"


def without_rows(data: bytes, rows: set[int], texts: set[str], shared: set[int], is_doomed: Callable[[str], bool]) -> bytes:
    """The workbook without these rows of the sheets in which they hold one of the texts, or of its only sheet, and without the doomed cells of shared rows."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        parts = {info.filename: book.read(info) for info in book.infolist()}
        infos = book.infolist()
    sheets = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    items = ITEM.findall(parts.get(STRINGS, b""))
    gone: set[int] = set()

    def blanked(cell: re.Match) -> bytes:
        number = next(iter(SHARED.findall(cell[0])), None)
        holder = cell[0] if number is None else items[int(number)]
        if not is_doomed(html.unescape(b"".join(TEXT.findall(holder)).decode()).strip()):
            return cell[0]
        gone.update(() if number is None else (int(number),))
        return b""

    for sheet in sheets:
        if shared:
            parts[sheet] = ROW.sub(lambda found: CELL.sub(blanked, found[0]) if int(found[1]) in shared else found[0], parts[sheet])
        doomed = [found for found in ROW.finditer(parts[sheet]) if int(found[1]) in rows]
        if len(sheets) > 1 and not any(_holds(found[0], items, texts) for found in doomed):
            continue
        gone |= {int(number) for found in doomed for number in SHARED.findall(found[0])}
        parts[sheet] = ROW.sub(lambda found: b"" if int(found[1]) in rows else found[0], parts[sheet])
    used = {int(number) for sheet in sheets for number in SHARED.findall(parts[sheet])}
    numbers = iter(range(len(items)))
    parts[STRINGS] = ITEM.sub(lambda item: b"<si><t></t></si>" if next(numbers) in gone - used else item[0], parts.get(STRINGS, b""))
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for info in infos:
            book.writestr(info, parts[info.filename], info.compress_type)
    return out.getvalue()


def _holds(row: bytes, items: list[bytes], texts: set[str]) -> bool:
    shown = row + b"".join(items[int(number)] for number in SHARED.findall(row) if int(number) < len(items))
    return any(text.encode() in shown for text in texts)
