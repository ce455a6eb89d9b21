"""Match weights of pairs, by Splink with a fitted model. What follows from a weight is decided in `resolve.py`.

Splink leaves tables behind and finds columns by table name only, so it works on the scratch connection and is cleaned up after.
"""

import io
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from duckdb import DuckDBPyConnection
from splink import DuckDBAPI, Linker
from splink.internals.comparison_level import ComparisonLevel

from pipelines.identity.model import Model
from pipelines.identity.people import COLUMNS
from pipelines.identity.settings import COMPARISONS, FREQUENCY_LEVEL, splink_settings

logging.getLogger("splink").setLevel(logging.ERROR)

# Pulls the frequency of a name towards a typical one by as much as this many names would: a small company's counts say little.
SMOOTHING = {"given": (500, 0.005), "family": (500, 0.0005)}

# The level each comparison came to, and the bits it adds. The bits and the prior's sum up to the match weight: a pair explains itself.
RESULTS = [f"cast(gamma_{name} as tinyint) as gamma_{name}" for name in COMPARISONS] + [
    f"mw_{name} + mw_tf_adj_{name} as mw_{name}" if name == FREQUENCY_LEVEL[0] else f"mw_{name}" for name in COMPARISONS
]

# Splink returns every compared column of a batch of pairs at once; the batch bounds that memory.
BATCH = 1_000_000

# Half of all people cannot bear a given name, for it is a woman's or a man's; that is the factor 2.
FREQUENCIES = """
create or replace temp table name_frequencies as
with

counts as (select * from read_parquet('{file}')),

totals as (select part, sum(names) as total from counts group by part),

keys as (

    select distinct name_key, given_name_key, family_name_key from people
    where name_key is not null and n in (select n_l from {pairs} union select n_r from {pairs})

)

select
    keys.name_key,
    {namesakes} * 2
    * (coalesce(given.names, 0) + {given_weight} * {given_typical}) / (coalesce((select total from totals where part = 'given'), 0) + {given_weight})
    * (coalesce(family.names, 0) + {family_weight} * {family_typical}) / (coalesce((select total from totals where part = 'family'), 0) + {family_weight})
    as tf_name_key
from keys
left join counts as given on given.part = 'given' and given.key = keys.given_name_key
left join counts as family on family.part = 'family' and family.key = keys.family_name_key
"""


PREDICTED = f"""
select
    cast(n_l as integer) as n_l,
    cast(n_r as integer) as n_r,
    match_weight,
    match_probability,
    cast(match_key as utinyint) as rule,
    {", ".join(RESULTS)}
from {{predictions}}
"""


# Splink parses every condition of the settings at each start, several times, only to see that it can be parsed. Ours are tested,
# and DuckDB reads them anyway: this was a third of the work of a night with little news.
ComparisonLevel._validate_sql = lambda level: True


@contextmanager
def linker(connection: DuckDBPyConnection, model: Model, table: str = "people") -> Iterator[tuple[Linker, DuckDBAPI]]:
    """A Splink linker over a table of records, whose own tables are gone afterwards."""
    api = DuckDBAPI(connection)
    connection.execute(f"create or replace temp view splink_input as select n, {', '.join(COLUMNS)} from {table}").fetchall()
    try:
        # The settings are ours and tested; checking them again each time costs half a second.
        yield Linker(api.register("splink_input"), splink_settings(model.parameters, model.probability), log_level=None, validate_settings=False), api
    finally:
        drop_leftovers(connection)


def drop_leftovers(connection: DuckDBPyConnection) -> None:
    """Splink's own clean-up forgets tables that were registered rather than computed."""
    query = "select table_name, table_type from information_schema.tables where starts_with(table_name, '__splink__')"
    tables = connection.execute(query).fetchall()
    for name, kind in tables:
        connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} if exists {name}").fetchall()


def score(connection: DuckDBPyConnection, model: Model, names: Path, pairs: str, into: str) -> None:
    """Scores the pairs of table `pairs` (rule, n_l, n_r) into the temporary table `into`; `names` are the frequencies pinned with the model."""
    weights = {f"{part}_{word}": number for part, pair in SMOOTHING.items() for word, number in zip(("weight", "typical"), pair, strict=True)}
    connection.execute(FREQUENCIES.format(file=names, pairs=pairs, namesakes=model.namesakes, **weights)).fetchall()
    count = connection.execute(f"select count(*) from {pairs}").fetchall()[0][0]
    batches = max(1, math.ceil(count / BATCH))
    for batch in range(batches):
        chosen = f"where n_l % {batches} = {batch}" if batches > 1 else ""
        connection.execute(
            f"create or replace temp table pair_batch as select cast(rule as varchar) as match_key, n_l as join_key_l, n_r as join_key_r from {pairs} {chosen}"
        ).fetchall()
        with redirect_stdout(io.StringIO()), linker(connection, model) as (splink, api):
            splink.table_management.register_term_frequency_lookup(api.register("name_frequencies"), "name_key")
            splink.table_management.register_blocked_pairs_for_predict(api.register("pair_batch"))
            predictions = splink.inference.predict(warning_mode="never").physical_name
            start = f"insert into {into}" if batch else f"create or replace temp table {into} as"
            connection.execute(f"{start} {PREDICTED.format(predictions=predictions)}").fetchall()
