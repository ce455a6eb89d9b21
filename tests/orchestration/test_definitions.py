"""The wiring: everything is an asset with an owner, in one line from the inbox to the published files, and nobody else knows of Dagster."""

import ast
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from pipelines.settings import PROJECT
from pipelines.sources.registry import presets


@pytest.fixture(scope="module")
def definitions():
    from orchestration.definitions import defs

    return defs


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


@pytest.fixture(scope="module")
def manifest(definitions):
    from orchestration.defs.warehouse import MANIFEST

    return MANIFEST


def test_every_model_seed_and_source_is_an_asset_named_schema_and_table(graph, manifest):
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed", "snapshot")]
    keys = {dg.AssetKey([node["schema"], node["name"]]) for node in nodes}
    keys |= {dg.AssetKey([source["schema"], source["identifier"]]) for source in manifest["sources"].values()}
    assert len(keys) > 60
    assert keys <= graph.get_all_asset_keys()


def test_only_the_inbox_is_not_made_by_the_job(graph):
    unmade = {key.path[0] for key in graph.get_all_asset_keys() if not graph.get(key).is_executable}
    assert unmade == {"inbox"}


def test_every_published_file_descends_from_every_inbox(graph):
    ancestors, waiting = set(), [dg.AssetKey(["published", "full"])]
    while waiting:
        key = waiting.pop()
        if key not in ancestors:
            ancestors.add(key)
            waiting += graph.get(key).parent_keys
    assert {dg.AssetKey(["inbox", name]) for name in presets()} <= ancestors
    assert {"landing", "staging", "intermediate", "identity", "marts", "segments"} <= {key.path[0] for key in ancestors}


def test_what_scenarios_note_is_there_before_segments_and_so_before_scenarios_are_evaluated_again(graph):
    before, waiting = set(), [dg.AssetKey(["marts", "customer_traits"])]
    while waiting:
        before.add(key := waiting.pop())
        waiting += graph.get(key).parent_keys - before
    assert dg.AssetKey(["landing", "set_traits"]) in before
    assert {key.path[0] for key in before} & {"segments", "communications"} == set()


def test_every_asset_has_a_group_a_kind_an_owner_and_a_description(graph):
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    assert [node.key.to_user_string() for node in nodes if not (node.group_name and node.kinds and node.owners and node.description)] == []


def test_every_mart_has_a_freshness_policy(graph):
    marts = [graph.get(key) for key in graph.get_all_asset_keys() if key.path[0] == "marts"]
    assert len(marts) > 8
    assert [node.key.to_user_string() for node in marts if not node.freshness_policy] == []


def test_the_gates_stand_before_the_models_and_before_the_publication(definitions):
    from dagster._core.definitions.dependency import BlockingAssetChecksDependencyDefinition

    gated = {
        node.alias or node.name
        for node, inputs in definitions.resolve_job_def("daily").graph.dependencies.items()
        for dependency in inputs.values()
        if isinstance(dependency, BlockingAssetChecksDependencyDefinition)
        for one in dependency.asset_check_dependencies
        if one.node in ("arrival", "departure", "landing__files_every_row_is_accounted_for")
    }
    assert {name.removesuffix("_2") for name in gated} >= {"warehouse", "published"}  # dbt's two sides are called warehouse and warehouse_2, in either order


def test_every_step_takes_its_turn_at_the_warehouse(definitions):
    steps = [*definitions.resolve_job_def("daily").nodes]
    assert {step.definition.pool for step in steps} == {"duckdb"}


def test_nothing_in_pipelines_or_expectations_imports_dagster():
    files = [*PROJECT.glob("pipelines/**/*.py"), *PROJECT.glob("expectations/**/*.py")]
    imported = {
        (path.name, name.split(".")[0])
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert len(imported) > 50
    assert [(file, name) for file, name in imported if name in ("dagster", "orchestration", "dagster_dbt")] == []


def test_marts_are_late_after_two_missed_ticks_of_whatever_schedule_there_is():
    from orchestration.defs.warehouse import longest_gap

    assert longest_gap("0 5 * * *", "UTC") == timedelta(days=1)
    assert longest_gap("0 5 * * 1", "UTC") == timedelta(days=7)
    assert longest_gap("0 5 * * 1-5", "UTC") == timedelta(days=3)


def test_only_models_that_read_the_clock_and_what_follows_them_change_with_the_day_alone():
    from orchestration.defs.warehouse import clock_bound

    def node(code: str, macros: tuple[str, ...] = (), kind: str = "model") -> dict:
        return {"raw_code": code, "resource_type": kind, "depends_on": {"macros": list(macros)}}

    tick_of_before = {"raw_code": "", "resource_type": "model", "depends_on": {"macros": [], "nodes": ["source.svod.landing.set_traits"]}}
    manifest = {
        "nodes": {
            "still": node("select 1"),
            "clock": node("{{ age() }}", ("age",)),
            "traits": tick_of_before,
            "after": node("select 2"),
            "test": node("select 3", kind="test"),
        },
        "macros": {"age": {"macro_sql": "{{ var('run_at') }}"}},
        "child_map": {"still": ["after"], "clock": ["after"], "after": ["test"]},
    }
    assert clock_bound(manifest) == {"clock", "traits", "after"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"svod/run_at": "2026-01-31 05:00:00"}, datetime(2026, 1, 31, 5)),
        ({".dagster/scheduled_execution_time": "2026-01-31T08:00:00+03:00"}, datetime(2026, 1, 31, 5)),
        ({}, None),
    ],
)
def test_the_logical_time_is_the_one_asked_for_else_the_scheduled_one_else_the_minute_the_run_was_made(tags, expected):
    from orchestration.defs.resources import run_at

    seen = []

    @dg.op
    def look(context: dg.OpExecutionContext):
        seen.append(run_at(context))

    @dg.job
    def looking():
        look()

    with dg.DagsterInstance.ephemeral() as instance:
        before = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
        looking.execute_in_process(instance=instance, tags=tags)
    assert seen == [expected] if expected else before <= seen[0] <= before + timedelta(minutes=1)


def test_decisions_of_stewards_are_built_before_matching_reads_them(graph):
    assert dg.AssetKey(["seeds", "identity_overrides"]) in graph.get(dg.AssetKey(["identity", "record_customers"])).parent_keys
