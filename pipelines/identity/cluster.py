"""From scored pairs to clusters: which records are asked again, the pairs still missing inside a component, and the decision itself.

A component is what hangs together by edges above the threshold. Clusters never reach across components, so that only components with
a changed record are decided again. Fetches and hands over; the rules are in `resolve.py`, which knows no database.
"""

import numpy as np
from duckdb import DuckDBPyConnection

from pipelines.identity import vetoes
from pipelines.identity.block import DECLARED, INSIDE, TWINS
from pipelines.identity.comparisons import COMPARISONS, NOTHING, levels
from pipelines.identity.graph import bits, components, decide, linked_by, read_graph
from pipelines.identity.model import Model
from pipelines.identity.score import evident
from pipelines.identity.settings import RELIABLE, VETO

# Larger components are not scored in full: pairs would grow with the square, and there the price of a bridge does the parting.
FULLY_SCORED = 50
# Where the name alone speaks for a pair and anything else speaks against it, the two are as often namesakes: that is for a person to decide.
OTHERS = [f"mw_{name}" for name in COMPARISONS if name != "name"]
NAME_ALONE = f"(mw_name > 0 and greatest({', '.join(OTHERS)}) < 1 and least({', '.join(OTHERS)}) < -1)"
# Unless the name is so rare that four to one speak for it all the same. Among fewer records nobody knows which names are rare.
RARE, LEAST_RECORDS = 2.0, 1000


def doubted(model: Model | None) -> str:
    """The pairs that only a name speaks for, and not loudly enough."""
    return f"({NAME_ALONE} and match_weight < {RARE})" if model and model.records >= LEAST_RECORDS else NAME_ALONE


def gamma(name: str, label: str) -> int:
    """The number Splink gives to a level."""
    return -1 if label == NOTHING else levels(name).index(label)


# Called differently altogether, of one family, and nothing shared that relatives do not share: siblings born on one day perhaps, see `vetoes.py`.
IN_ONE_FAMILY = f"(gamma_name = {gamma('name', 'same family name, other given name')} and greatest(mw_email, mw_phone, mw_account, mw_national_id) < 1)"


def vetoed() -> str:
    """What no chain of shared phones and streets joins: see VETO."""
    return "(" + " and ".join(_among(name, labels) for name, labels in VETO.items()) + ")"


def _among(name: str, labels: tuple[str, ...]) -> str:
    reliable = "".join(f" and mw_{name} < {bits}" for label in labels if (bits := RELIABLE.get((name, label))) is not None)
    return f"gamma_{name} in ({', '.join(str(gamma(name, label)) for label in labels)}){reliable}"


HAS_OTHER_NAME = _among("name", vetoes.OTHER_NAME)

# Records of every component that has, or had, a record that is scored again; a new edge brings in the other end's component too.
AFFECTED = f"""
create or replace temp table affected as
with

old_components as (

    select distinct known.component from was.components as known
    semi join (
        select n from again
        union all
        select n from changed where is_gone
        union all
        select unnest([n_l, n_r]) from scored where match_weight >= $threshold or rule = {DECLARED}
        union all
        select unnest([l.n, r.n]) from overrides inner join people as l on overrides.left_record_id = l.record_id inner join people as r on overrides.right_record_id = r.record_id
    ) as moved on known.n = moved.n

),

members as (

    select n from again
    union
    select known.n from was.components as known semi join old_components on known.component = old_components.component

)

select
    n, record_id, leader, row_number() over (order by record_id) - 1 as place,
    case when given_name_key || family_name_key || birth_date is not null then hash(given_name_key, family_name_key, birth_date) end as born_as
from people semi join members on people.n = members.n
order by place
"""

# Of the last run's pairs those that this run decides again or that no longer stand, read once: there are a hundred times as many.
KNOWN = """
create or replace temp table known_pairs as
with

moved as (select n from again union all select n from changed where is_gone and n is not null),

asked as (

    select n, bool_or(has_moved) as has_moved
    from (select n, false as has_moved from affected union all select n, true from moved) as named
    group by n

)

select pairs.*
from was.pairs as pairs
inner join asked as l on pairs.n_l = l.n
left join asked as r on pairs.n_r = r.n
where l.has_moved or r.n is not null
union all
select pairs.*
from was.pairs as pairs
inner join asked as r on pairs.n_r = r.n and r.has_moved
anti join asked as l on pairs.n_l = l.n
"""

# Their pairs: those just scored, and those of the last run that still stand. Where they lie in two components nothing is decided by them.
PAIRS = f"""
select least(l.place, r.place) as left_place, greatest(l.place, r.place) as right_place, pairs.rule, pairs.match_weight, {{doubted}} as is_doubted, {vetoed()} as is_vetoed, {HAS_OTHER_NAME} as has_other_name, {IN_ONE_FAMILY} as is_in_one_family
from {{scored}} as pairs
inner join {{places}} as l on pairs.n_l = l.n
inner join {{places}} as r on pairs.n_r = r.n
where {{which}}
"""
STANDING = f"pairs.rule <> {INSIDE} and l.n not in (select n from again) and r.n not in (select n from again)"
BINDING = f"(pairs.match_weight >= $threshold or pairs.rule in ({DECLARED}, {TWINS}))"
PLACED = """
create or replace temp table placed as
select affected.n, affected.place, affected.leader, found.component from affected inner join found on affected.place = found.place
"""

INSIDE_PAIRS = f"""
create or replace temp table inside_pairs as
with

leaders as (select n, place, component from placed where n = leader),

small as (select component from leaders group by component having count(*) between 3 and {FULLY_SCORED}),

-- Before the join, that a large component is not squared only to be left out.
asked as materialized (select * from leaders semi join small on leaders.component = small.component)

select {INSIDE} as rule, least(l.n, r.n) as n_l, greatest(l.n, r.n) as n_r
from asked as l
inner join asked as r on l.component = r.component and l.place < r.place
anti join affected_pairs as known on known.left_place = l.place and known.right_place = r.place
"""


def cluster(connection: DuckDBPyConnection, model: Model, threshold: float, score_pairs) -> None:
    """Makes `affected`, `known_pairs`, `decided` (n, record_id, cluster, component, linked_by) and `refused` from `scored`; adds to `scored` the pairs it had to ask for."""
    connection.execute(AFFECTED, {"threshold": bits(threshold)}).fetchall()
    connection.execute(KNOWN).fetchall()
    vetoes.gather(connection)
    must, cannot = _overrides(connection)
    _bring(connection, model, "affected", BINDING, {"threshold": bits(threshold)})
    graph = read_graph(connection, bits(threshold))
    component = components(graph, must, bits(threshold))
    # Plain arrays: Arrow's way from NumPy imports pandas, which takes as long as the rest of a small run.
    connection.register("found", {"place": np.arange(graph.size), "component": component[graph.leader]})
    connection.execute(PLACED).fetchall()
    connection.unregister("found")
    _bring(connection, model, "placed", "l.component = r.component")
    connection.execute(INSIDE_PAIRS).fetchall()
    score_pairs("inside_pairs", "scored_inside")
    connection.execute("insert into scored select * from scored_inside").fetchall()
    connection.execute(f"insert into affected_pairs {_pairs(model, 'scored_inside', 'placed', 'true')}").fetchall()
    graph = read_graph(connection, bits(threshold))
    graph.veto |= vetoes.siblings(connection, graph.left, graph.right, graph.in_one_family, graph.leader, component)
    unique = [(int(graph.leader[place]), kind, value) for place, kind, value in vetoes.unique(connection)]
    labels, refused, broken = decide(graph, component, must, cannot, unique, bits(threshold), bits(model.probability))
    labels, component = labels[graph.leader], component[graph.leader]
    connection.register("decided_now", {"place": np.arange(graph.size), "cluster": labels, "component": component, "linked_by": linked_by(graph, labels)})
    connection.execute("""
        create or replace temp table decided as
        select affected.n, affected.record_id, found.cluster, heads.n as component, ['alone', 'declared', 'score'][found.linked_by] as linked_by
        from decided_now as found
        inner join affected on found.place = affected.place
        inner join (select n, place from affected) as heads on found.component = heads.place
    """).fetchall()
    connection.unregister("decided_now")
    reasons = {(left, right): (left, right, why) for left, right, why in [*((*pair, "cannot_link") for pair in broken), *refused]}
    _store_refused(connection, list(reasons.values()))


def _bring(connection: DuckDBPyConnection, model: Model, places: str, which: str, values: dict | None = None) -> None:
    """Makes `affected_pairs`: of those between records of the table `places` the ones for which `which` holds."""
    query = f"{_pairs(model, 'scored', places, which)} union all {_pairs(model, 'known_pairs', places, f'{which} and {STANDING}')}"
    connection.execute(f"create or replace temp table affected_pairs as {query}", values).fetchall()


def _pairs(model: Model, scored: str, places: str, which: str) -> str:
    return PAIRS.format(scored=evident(model, scored), doubted=doubted(model), places=places, which=which)


def _overrides(connection: DuckDBPyConnection) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    rows = connection.execute("""
        select action, l.place, r.place
        from overrides
        inner join affected as l on overrides.left_record_id = l.record_id
        inner join affected as r on overrides.right_record_id = r.record_id
        order by all
    """).fetchall()
    return [row[1:] for row in rows if row[0] == "must_link"], [row[1:] for row in rows if row[0] == "cannot_link"]


def _store_refused(connection: DuckDBPyConnection, rows: list[tuple[int, int, str]]) -> None:
    """Makes `refused`: pairs that were likely and join nothing, by record ids and by numbers, and why."""
    left, right, reasons = ([row[column] for row in rows] for column in range(3))
    connection.register("refused_now", {"left_place": np.array(left, np.int64), "right_place": np.array(right, np.int64), "reason": np.array(reasons, object)})
    connection.execute("""
        create or replace temp table refused as
        select least(l.record_id, r.record_id) as left_record_id, greatest(l.record_id, r.record_id) as right_record_id, refused_now.reason,
            least(l.n, r.n) as n_l, greatest(l.n, r.n) as n_r
        from refused_now
        inner join affected as l on refused_now.left_place = l.place
        inner join affected as r on refused_now.right_place = r.place
    """).fetchall()
    connection.unregister("refused_now")
