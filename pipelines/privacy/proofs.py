"""The proof of an erasure: every place that was searched, what it held before and after, when, who asked. No personal data.

One JSON and one CSV file in `<data>/privacy/proofs`. With the act of destruction they are what GDPR and Order 179 of Roskomnadzor ask for.
"""

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.files import replace_text
from pipelines.privacy import tombstones


def write(order: Any, after: dict[str, int]) -> Path:
    """Writes both files under one name and returns the JSON's."""
    folder = tombstones.folder() / "proofs"
    folder.mkdir(exist_ok=True)
    finished = datetime.now(UTC).replace(tzinfo=None)
    places = [
        {"place": name, "hits_before": order.before.get(name, 0), "hits_after": after.get(name, 0)} for name in sorted(order.before.keys() | after.keys())
    ]
    content = {
        "purpose": order.purpose,
        "requests": order.references,
        "asked_by": order.asked_by,
        "started_at": order.started_at,
        "finished_at": f"{finished:%Y-%m-%d %H:%M:%S}",
        "records": order.records,
        "customers": order.customers,
        "unrecorded": order.unrecorded,
        "is_complete": not any(after.values()),
        "places": places,
    }
    reference = re.sub(r"[^\w-]", "_", order.references[0])[:60]  # a file's name has its limits, and a proof that cannot be written is tried for ever
    name = f"{reference}_{re.sub('[^0-9]', '', order.started_at)}"
    text = io.StringIO()
    writer = csv.DictWriter(text, ["place", "hits_before", "hits_after"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(places)
    replace_text(folder / f"{name}.csv", text.getvalue())
    replace_text(folder / f"{name}.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return folder / f"{name}.json"
