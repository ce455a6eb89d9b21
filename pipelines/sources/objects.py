"""A page of a CRM's REST answers as a delimited file: Bitrix24's `{"result": [...]}`, HubSpot's `{"results": [...]}`, a list of objects or one a line.

A member becomes a column under the API's own name, which presets know; several phones or e-mails share a cell, as in an export.
For pages that somebody saved: an answer holds at most a few hundred records, so they are read one by one.
"""

import csv
import json
from pathlib import Path
from typing import Any

from pipelines.sources.report import Refusal

LARGEST = 64 << 20  # bytes


def to_csv(path: Path, target: Path) -> list[int]:
    """Writes the records as comma-separated UTF-8 and returns the number of each within the answer, counted from one."""
    if path.stat().st_size > LARGEST:
        raise Refusal("the JSON document is too large for a saved answer of an API", "export it as CSV")
    try:
        found = [_flat(record) for record in _records(_document(path.read_bytes().decode("utf-8-sig")))]
    except (ValueError, RecursionError) as error:
        raise Refusal("the file is JSON that cannot be read, and the table takes delimited text", "export it as CSV or XLSX") from error
    columns = list(dict.fromkeys(column for record in found for column in record))
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    return list(range(1, len(found) + 1))


def _document(text: str) -> Any:
    """The JSON, or the list of what stands on its lines."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def _records(document: Any) -> list[dict]:
    """The objects of an answer, wherever its system puts them."""
    for member in ("result", "results", "items"):
        if isinstance(document, dict) and isinstance(document.get(member), dict | list):
            document = document[member]
    records = document if isinstance(document, list) else [document]
    if not records or not all(isinstance(record, dict) for record in records):
        raise Refusal("the JSON holds no records", "export it as CSV or XLSX")
    values = [value for record in records for value in _members(record).values()]
    if values and all(isinstance(value, dict) for value in values):
        raise Refusal("the JSON describes columns and holds no records", "save the answer that lists the records")
    return records


def _flat(record: dict) -> dict[str, str]:
    return {name: _text(value) for name, value in _members(record).items()}


def _members(record: dict) -> dict[str, Any]:
    """HubSpot keeps a record's own in `properties`, beside its id and times."""
    return {name: value for name, value in (record | (record.get("properties") or {})).items() if name != "properties"}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, dict) and "VALUE" in item for item in value):
        return ";".join(str(item["VALUE"]) for item in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
