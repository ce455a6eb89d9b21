"""Every dbt model and seed as an asset, every dbt test as a check. dbt decides the order; this only runs it."""

import itertools
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster._utils.schedules import schedule_execution_time_iterator
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.defs.resources import FORCE, POOL, Dbt, RunLock, manifest, only_the_date_changed, run_at, unfinished
from pipelines.identity import decisions, identifier_types
from pipelines.settings import settings

MANIFEST = json.loads(manifest().read_text())


def longest_gap(cron: str, timezone: str) -> timedelta:
    """The longest time between two ticks of a schedule within the next ones."""
    times = schedule_execution_time_iterator(datetime(2026, 1, 1).timestamp(), cron, timezone, ascending=True)
    moments = [next(times) for _ in range(10)]
    return max(after - before for before, after in itertools.pairwise(moments))


class Translator(DagsterDbtTranslator):
    """An asset's key is schema and table, for dbt as for what feeds it; its group is the schema, its owner the dbt group's."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props.get("identifier") or dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props["schema"]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        group = dbt_resource_props.get("group")
        return [group["owner"]["email"]] if isinstance(group, Mapping) else []

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props["description"]

    def get_asset_spec(self, manifest, unique_id, project):
        spec = super().get_asset_spec(manifest, unique_id, project)
        if not spec.deps and unique_id in manifest["nodes"]:
            # Seeds wait for the landing too: only after it is known whether there is anything to do.
            spec = spec.replace_attributes(deps=[dg.AssetDep(FILES)])
        return spec.replace_attributes(freshness_policy=FRESHNESS) if spec.key.path[0] == "marts" else spec


FILES = dg.AssetKey(["landing", "files"])
# Marts are late when a whole scheduled run was missed.
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=2 * longest_gap(settings().schedule, settings().timezone))


def clock_bound(manifest: Mapping[str, Any]) -> set[str]:
    """The models whose rows change with the day alone: those that read the clock or what the tick writes, and all that follow from them."""
    readers = [name for name, node in manifest["nodes"].items() if _reads_the_clock(node, manifest) or _reads_the_tick(node)]
    found: set[str] = set()
    while readers:
        name = readers.pop()
        if name not in found and name in manifest["nodes"] and manifest["nodes"][name]["resource_type"] == "model":
            found.add(name)
            readers += manifest["child_map"].get(name, [])
    return found


def _reads_the_clock(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    macros = (manifest["macros"].get(name, {}).get("macro_sql", "") for name in node["depends_on"].get("macros", []))
    return any("run_at" in text for text in (node.get("raw_code", ""), *macros))


def _reads_the_tick(node: Mapping[str, Any]) -> bool:
    return any(parent.startswith(("source.svod.communications.", "source.svod.landing.set_traits")) for parent in node["depends_on"].get("nodes", []))


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=Translator(), name="warehouse", pool=POOL)
def warehouse(context: dg.AssetExecutionContext, dbt: Dbt, run_lock: RunLock):
    """Dagster calls this before the identity step, after it, and after the communications, each time with the models of that side."""
    identifier_types.read()  # before dbt stumbles over a wrong line without naming it
    decisions.read()
    moment = run_at(context)
    if not only_the_date_changed(moment) or FORCE in context.run.tags:
        unfinished().touch()
        yield from build_without_the_erased(context, dbt, moment)
        return
    rebuilt = clock_bound(MANIFEST)
    # Nothing that keeps its rows follows from a model that does not, so these come first.
    for name in TopologicalSorter(MANIFEST["parent_map"]).static_order():
        if name in MANIFEST["nodes"] and name not in rebuilt and (key := key_of(name)) in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata={"unchanged": True})
    if models := sorted(MANIFEST["nodes"][name]["name"] for name in rebuilt if key_of(name) in context.selected_asset_keys):
        unfinished().touch()
        yield from dbt.build(moment, context, MANIFEST, Translator(), models)


def build_without_the_erased(context: dg.AssetExecutionContext, dbt: Dbt, moment: datetime):
    """All models of this step. Where people were erased, staging comes first, and what an old export brought back of them leaves before anything follows from it."""
    from pipelines.privacy import keeping_out, tombstones

    chosen = [node for name, node in MANIFEST["nodes"].items() if node["resource_type"] in ("model", "seed") and key_of(name) in context.selected_asset_keys]
    staged = sorted(node["name"] for node in chosen if node["schema"] in ("staging", "seeds"))
    if not staged or not tombstones.file().exists():
        yield from dbt.build(moment, context, MANIFEST, Translator(), [])
        return
    yield from dbt.build(moment, context, MANIFEST, Translator(), staged, only_their_tests=True)
    if rows := keeping_out.keep_out(moment):
        context.log.info(f"{rows} raw rows of people who were erased had come back: they are removed again.")
    if rest := sorted(node["name"] for node in chosen if node["schema"] not in ("staging", "seeds")):
        yield from dbt.build(moment, context, MANIFEST, Translator(), rest)


def key_of(name: str) -> dg.AssetKey:
    return Translator().get_asset_key(MANIFEST["nodes"][name])


assets = [warehouse]
