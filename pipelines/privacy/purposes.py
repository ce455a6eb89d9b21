"""What a person's data are for: of what was received the seed `retention.csv` says it; what is derived serves what it is made of.

A profile may be made of all sources, but not everybody stands in all: only those count of which this person has rows.
"""

import json
from typing import Any

from pipelines.privacy.retention import rules
from pipelines.publish import dbt_target
from pipelines.sources.registry import presets

# Made for one purpose, whatever they are made of: whom messages and audiences go to, and who said no to them.
ADVERTISING = ("communications.", "segments.", "marts.consent", "marts.suppressions", "marts.message_touches", "history.consents_", "history.segment_")


def purposes_of(parts: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The purposes of each table that a person has rows in; none where no rule says what a source is for."""
    ruled = {f"{'' if rule.source == 'landing' else 'raw_'}{rule.source}.{rule.table_name}": rule.purpose for rule in rules()}
    held, order = {part["table"] for part in parts} & ruled.keys(), list(dict.fromkeys(ruled.values()))
    ancestors = _lineage()
    found = {}
    for part in parts:
        table = part["table"]
        if table in ruled or table.startswith("raw_"):
            purposes = {ruled.get(table)}
        elif table.startswith(ADVERTISING):
            purposes = {"advertising"}
        else:
            sources = {row.get("source") for row in part["rows"]} & presets().keys()
            made_of = {one for one in held & ancestors.get(table, held) if not sources or one.partition(".")[0].removeprefix("raw_") in sources}
            purposes = {ruled[one] for one in (made_of if sources else made_of or held)}
        found[table] = [purpose for purpose in order if purpose in purposes]
    return found


def _lineage() -> dict[str, set[str]]:
    """The received tables that each derived one is made of, for those of which dbt knows it: who is one person is decided outside of dbt, from all records."""
    path = dbt_target() / "manifest.json"
    if not path.exists():
        return {}
    manifest = json.loads(path.read_text())
    sources, parents = manifest["sources"], manifest["parent_map"]
    found = {}
    for model in (name for name, node in manifest["nodes"].items() if node["resource_type"] == "model"):
        reached, waiting = set(), [model]
        while waiting:
            own = [parent for parent in parents.get(waiting.pop(), []) if parent not in reached]
            reached.update(own)
            waiting += own
        received = {f"{sources[one]['schema']}.{sources[one]['name']}" for one in reached & sources.keys() if sources[one]["schema"].startswith("raw_")}
        if received:
            found[f"{manifest['nodes'][model]['schema']}.{manifest['nodes'][model]['name']}"] = received
    return found
