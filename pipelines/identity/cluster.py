"""From scored pairs to clusters: asks Splink for the pairs still missing inside a component, then lets `resolve` decide.

Only fetches and hands over; the decision itself is in `resolve.py`, which knows no database.
"""

import math

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipelines.identity.model import Model
from pipelines.identity.resolve import components, resolve
from pipelines.identity.score import score
from pipelines.identity.settings import COMPARISONS

# Larger components are not scored in full: pairs would grow with the square, and there the price of a bridge does the parting.
FULLY_SCORED = 50
# Evidence weaker than this is not a conflict: a person with two e-mails also "shares none".
LEAST_CONFLICT = 2.0

INSIDE = """
create or replace temp table inside_pairs as
select 'inside' as match_key, l.record_id as join_key_l, r.record_id as join_key_r
from component_members as l
inner join component_members as r on l.component = r.component and l.record_id < r.record_id
left join scored on l.record_id = scored.left_record_id and r.record_id = scored.right_record_id
where scored.left_record_id is null
    and l.component in (select component from component_members group by component having count(*) between 3 and $largest)
"""


def gamma(name: str, label: str) -> int:
    """The number Splink gives to a level."""
    labels = [level for level, _ in COMPARISONS[name] if level != "nothing to compare"]
    return len(labels) - 1 - labels.index(label)


# Two people by their given names who hold different cards or accounts: no chain of shared phones and streets joins them.
VETO = f"""
gamma_account = {gamma("account", "share none")}
and gamma_name in ({gamma("name", "different")}, {gamma("name", "same family name, other given name")})
"""


def bits(probability: float) -> float:
    """A probability as log-odds, the unit of match weights."""
    return math.log2(probability / (1 - probability))


def cluster(connection: DuckDBPyConnection, model: Model, threshold: float) -> None:
    """Makes the temporary table `clusters` from the pairs in `scored`, and adds to `scored` the pairs it had to ask for."""
    links = connection.execute("select left_record_id, right_record_id from scored where match_key = '0'").fetchall()
    _score_inside(connection, model, threshold, links)
    edges = connection.execute(
        "select left_record_id, right_record_id, match_weight from scored where match_weight >= $least", {"least": bits(threshold)}
    ).fetchall()
    against = connection.execute(
        "select left_record_id, right_record_id, $prior - match_weight from scored where $prior - match_weight >= $least",
        {"prior": bits(model.probability), "least": LEAST_CONFLICT},
    ).fetchall()
    vetoes = connection.execute(f"select left_record_id, right_record_id from scored where {VETO}").fetchall()
    records = [row[0] for row in connection.execute("select record_id from people").fetchall()]
    found = resolve(records, links, edges, against, bits(threshold), vetoes)
    _store(connection, found)


def _score_inside(connection: DuckDBPyConnection, model: Model, threshold: float, links: list[tuple[str, str]]) -> None:
    edges = connection.execute("select left_record_id, right_record_id from scored where match_weight >= $least", {"least": bits(threshold)}).fetchall()
    found = components([*links, *edges])
    members = pa.table({"record_id": pa.array(found.keys(), pa.string()), "component": pa.array(found.values(), pa.string())})
    connection.register("component_members", members)
    connection.execute(INSIDE, {"largest": FULLY_SCORED}).fetchall()
    connection.unregister("component_members")
    score(connection, model, "inside_pairs", "scored_inside")
    connection.execute("insert into scored select * from scored_inside").fetchall()


def _store(connection: DuckDBPyConnection, found: dict[str, str]) -> None:
    """How a record came to its cluster is kept beside it: declared by a source, by score, or it is alone."""
    connection.register("found", pa.table({"record_id": pa.array(found.keys(), pa.string()), "cluster": pa.array(found.values(), pa.string())}))
    connection.execute("""
        create or replace temp table clusters as
        with

        declared as (

            select left_record_id as record_id from scored where match_key = '0'
            union
            select right_record_id from scored where match_key = '0'

        ),

        sizes as (select cluster, count(*) as records from found group by cluster)

        select
            found.record_id,
            found.cluster,
            case when sizes.records = 1 then 'alone' when declared.record_id is not null then 'declared' else 'score' end as linked_by
        from found
        inner join sizes on found.cluster = sizes.cluster
        left join declared on found.record_id = declared.record_id
    """).fetchall()
    connection.unregister("found")
