"""Splink alone, with the engine's own comparisons and model: what the same pairs cost without Svod. `python -m benchmarks.identity.scale.peer STEP FOLDER`.

    input  gathers identifiers into sets and makes the blocking keys, by the engine's own SQL: whoever runs Splink on such data must do it too
    lay    (not measured) copies what the last full run left to `FOLDER/peer.duckdb`: people, blocking keys, pairs, frequencies of names
    whole  Splink with the engine's settings: blocks by the same 23 rules, scores and keeps the evidence of each pair, clusters
    bare   the least that Splink can do: scores a given list of the same pairs, keeps nothing but weights, clusters

Splink's blocking knows no cap, and without caps the broad rules bring billions of pairs. So each rule's key is a column, empty where too
many records hold the value, and Splink joins on it: it finds the very pairs that the engine does, and what caps and keys cost is a gift.
Gifts too are the people with their sets of identifiers, and equal rows taken for one. What the engine does and Splink does not: gather
identifiers, find equal rows, weigh keys, ask for the pairs missing inside a cluster, part what speaks against itself, bind declared links,
give customers lasting ids and note what became of them, write all in one transaction. Memory and threads are the same for both.
"""

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path

import duckdb
from splink import DuckDBAPI, Linker

from pipelines.identity import model as models
from pipelines.identity import overrides, run
from pipelines.identity.block import INSIDE, TWINS, make_keys
from pipelines.identity.people import COLUMNS, prepare
from pipelines.identity.score import gather
from pipelines.identity.settings import BLOCKING, splink_settings
from pipelines.settings import settings

PEOPLE = """
create table people as
with

sizes as (select rule, key from warehouse.matching.keys group by rule, key having count(*) between 2 and list_extract($caps, rule)),

kept as (select keys.* from warehouse.matching.keys as keys semi join sizes on keys.rule = sizes.rule and keys.key = sizes.key),

keyed as (select n, {keys} from kept group by n)

select people.n, people.leader, {columns}, keyed.* exclude (n)
from warehouse.matching.people as people left join keyed on people.n = keyed.n where people.n = people.leader
"""
PAIRS = f"""
create table pairs as
select cast(rule as varchar) as match_key, n_l as join_key_l, n_r as join_key_r from warehouse.matching.pairs where rule not in ({INSIDE}, {TWINS})
"""
RECORDS = "create table records as select record_id, leader from warehouse.matching.people"
EVERYBODY = "(select n as n_l, n as n_r from people)"
CLUSTERS = "select records.record_id, clusters.cluster_id as customer_id from records inner join clusters on records.leader = clusters.n"


def gather_input() -> None:
    """From the tables that matching reads to people and their keys; kept nowhere."""
    with run.scratch(settings().data / "identity", read_only=True) as connection:
        overrides.load(connection)
        run.remember(connection, everything=True)
        prepare(connection, everything=True)
        make_keys(connection)


def lay(folder: Path) -> None:
    model = models.current(settings().data / "identity")
    with connected(folder / "peer.duckdb") as connection:
        connection.execute(f"attach '{settings().warehouse}' as warehouse (read_only)")
        keys = ", ".join(
            f"{'list(key)' if several(rule) else 'any_value(key)'} filter (rule = {number}) as key_{number}" for number, rule in enumerate(BLOCKING.values(), 1)
        )
        connection.execute(PEOPLE.format(keys=keys, columns=", ".join(COLUMNS)), {"caps": [model.caps[name] for name in BLOCKING]})
        connection.execute(PAIRS)
        connection.execute(RECORDS)
        gather(connection, model, models.names_file(settings().data / "identity", model), EVERYBODY)
        connection.execute("create table name_frequencies as select distinct name_key, tf_name_key from compared where name_key is not null")


def several(rule: str) -> bool:
    """Whether a record may have several keys of this rule."""
    return rule.startswith("unnest")


def link(folder: Path, *, bare: bool) -> None:
    """From people to clusters in Splink."""
    model = models.current(settings().data / "identity")
    own = splink_settings(model.parameters, model.probability)
    own["blocking_rules_to_generate_predictions"] = [rule_of(number, rule) for number, rule in enumerate(BLOCKING.values(), 1)]
    if bare:
        own |= {"retain_matching_columns": False, "retain_intermediate_calculation_columns": False}
    with connected(":memory:") as connection, redirect_stdout(io.StringIO()):
        connection.execute(f"attach '{folder}/peer.duckdb' as peer (read_only)")
        for table in ("people", "pairs", "name_frequencies"):
            connection.execute(f"create view {table} as select * from peer.{table}")
        api = DuckDBAPI(connection)
        linker = Linker(api.register("people"), own, log_level=None, validate_settings=False)
        linker.table_management.register_term_frequency_lookup(api.register("name_frequencies"), "name_key")
        if bare:
            linker.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
        predictions = linker.inference.predict(warning_mode="never")
        pairs = connection.execute(f"select count(*) from {predictions.physical_name}").fetchall()[0][0]
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=settings().match_threshold)
        connection.execute(
            f"copy (select n, cast(cluster_id as varchar) as cluster_id from {clusters.physical_name}) to '{folder}/clusters.parquet' (format parquet)"
        )
    (folder / "pairs.txt").write_text(str(pairs))


def rule_of(number: int, rule: str) -> dict:
    key = f"key_{number}"
    return {"blocking_rule": f"l.{key} = r.{key}", "sql_dialect": "duckdb"} | ({"arrays_to_explode": [key]} if several(rule) else {})


def connected(path: Path | str) -> duckdb.DuckDBPyConnection:
    options = {"memory_limit": settings().memory_limit, "threads": settings().threads, "temp_directory": str(settings().data / "identity" / "spill")}
    return duckdb.connect(str(path), config=options)


if __name__ == "__main__":
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step == "input":
        gather_input()
    elif step == "lay":
        lay(folder)
    else:
        link(folder, bare=step == "bare")
