"""Identifiers that keep customers apart whatever the score says: which types, and when, stands in the seed `identifier_types`.

Values are looked up among the affected records of `cluster.py`; that nothing outweighs a veto is decided in `resolve.py`.
"""

import numpy as np
from duckdb import DuckDBPyConnection

# People have other names if neither their given names agree nor the whole.
OTHER_NAME = ("different", "same family name, given name alike", "same family name, other given name")

HELD = """
create or replace temp table veto_values as
select affected.place, types.veto, usable.identifier_type, list(distinct usable.value) as held
from usable
inner join identifier_types as types on usable.identifier_type = types.identifier_type and types.veto <> 'never'
inner join affected on usable.record_id = affected.record_id
group by affected.place, types.veto, usable.identifier_type
"""

# Of all types that veto under other names one must differ and none agree: who shares an account may well hold two cards.
VETOED = """
create or replace temp table vetoed_pairs as
select pairs.left_place, pairs.right_place
from affected_pairs as pairs
inner join veto_values as l on pairs.left_place = l.place and l.veto = 'other_name'
inner join veto_values as r on pairs.right_place = r.place and l.identifier_type = r.identifier_type
where pairs.has_other_name
group by pairs.left_place, pairs.right_place
having not bool_or(list_has_any(l.held, r.held))
"""

UNIQUE = "select place, identifier_type, unnest(held) as value from veto_values where veto = 'always' order by all"


def gather(connection: DuckDBPyConnection) -> None:
    """Makes `veto_values`: what the affected records hold of the types that veto."""
    connection.execute(HELD).fetchall()


def find(connection: DuckDBPyConnection) -> None:
    """Makes, of `affected_pairs`, `vetoed_pairs`: different names, and nothing but different identifiers."""
    connection.execute(VETOED).fetchall()


def unique(connection: DuckDBPyConnection) -> list[tuple[int, str, str]]:
    """Place, type and value of what a person has only one of."""
    return connection.execute(UNIQUE).fetchall()


def torn(unique: list[tuple[int, str, str]], component: np.ndarray) -> list[int]:
    """The components whose records hold several values of what a person has only one of."""
    first: dict[tuple[int, str], str] = {}
    return [here for place, kind, value in unique for here in (int(component[place]),) if first.setdefault((here, kind), value) != value]


def siblings(
    connection: DuckDBPyConnection, left: np.ndarray, right: np.ndarray, in_one_family: np.ndarray, leader: np.ndarray, component: np.ndarray
) -> np.ndarray:
    """Which pairs of one family are two people: those where the name and birth date of either stand in another record of the component too.

    A slip of the pen is not made twice; where a given name stands only once, it may be one. Equal rows are one node, and say it once.
    """
    if not in_one_family.any():
        return in_one_family
    born_as = np.asarray(connection.execute("select coalesce(born_as, 0) as born_as from affected order by place").fetchnumpy()["born_as"])
    nodes = np.flatnonzero((leader == np.arange(len(leader))) & (born_as > 0))
    _, named, records = np.unique(np.stack([component[nodes].astype(np.uint64), born_as[nodes]]), axis=1, return_inverse=True, return_counts=True)
    repeated = np.zeros(len(leader), dtype=bool)
    repeated[nodes] = records[named.reshape(-1)] > 1
    return in_one_family & repeated[left] & repeated[right]
