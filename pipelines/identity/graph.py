"""The pairs of the records that are decided again as arrays: what hangs together, and which clusters come of it.

No tables are made here: `cluster.py` fetches and stores. The rules of one doubtful component are in `resolve.py`.
"""

import math
from dataclasses import dataclass

import numpy as np
from duckdb import DuckDBPyConnection

from pipelines.identity import vetoes
from pipelines.identity.block import DECLARED, TWINS
from pipelines.identity.resolve import resolve

# Evidence weaker than this is not a conflict: a person with two e-mails also "shares none".
LEAST_CONFLICT = 2.0


def bits(probability: float) -> float:
    """A probability as log-odds, the unit of match weights."""
    return math.log2(probability / (1 - probability))


@dataclass
class Graph:
    """Pairs of the affected records as arrays; records are known by their place in the order of their ids."""

    size: int
    left: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    rule: np.ndarray
    veto: np.ndarray
    in_one_family: np.ndarray
    # Equal rows stand behind their leader, so that their number lends a cluster no weight.
    leader: np.ndarray


def read_graph(connection: DuckDBPyConnection, threshold: float) -> Graph:
    """The pairs of table `affected_pairs`; equal rows stand behind their leader, and a pair that only a doubtful name speaks for is no edge."""
    vetoes.find(connection)
    query = """
        select pairs.left_place, pairs.right_place, case when is_doubted then least(match_weight, 0) else match_weight end, rule,
            pairs.is_vetoed or vetoed.left_place is not null, coalesce(pairs.is_in_one_family, false)
        from affected_pairs as pairs
        left join vetoed_pairs as vetoed on pairs.left_place = vetoed.left_place and pairs.right_place = vetoed.right_place
    """
    columns = connection.execute(query).fetchnumpy()  # Arrow's own way to NumPy imports pandas
    size = connection.execute("select count(*) from affected").fetchall()[0][0]
    left, right, weight, rule, veto, in_one_family = (np.asarray(column) for column in columns.values())
    leader = np.arange(size)
    equal = (rule == TWINS) & (weight >= threshold)
    leader[right[equal]] = left[equal]
    left, right = leader[left], leader[right]
    different = left != right
    left, right, weight, rule, veto, in_one_family = (column[different] for column in (left, right, weight, rule, veto, in_one_family))
    return Graph(size, np.minimum(left, right), np.maximum(left, right), weight, rule, veto, in_one_family, leader)


def components(graph: Graph, must: list[tuple[int, int]], threshold: float) -> np.ndarray:
    """What hangs together, each component named by its first place."""
    bound = (graph.weight >= threshold) | (graph.rule == DECLARED)
    left = np.concatenate([graph.left[bound], np.array([pair[0] for pair in must], dtype=np.int64)])
    right = np.concatenate([graph.right[bound], np.array([pair[1] for pair in must], dtype=np.int64)])
    return _connected(graph.size, left, right)


def _connected(size: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The smallest place that each place is connected with: trees are hooked to smaller ones and flattened, by turns (Shiloach and Vishkin 1982).

    SciPy's does the same, and importing it takes longer than all edges of a day.
    """
    first = np.arange(size)
    while len(left):
        lower = np.minimum(first[left], first[right])
        np.minimum.at(first, first[left], lower)
        np.minimum.at(first, first[right], lower)
        while (first[first] != first).any():
            first = first[first]
        apart = first[left] != first[right]
        left, right = left[apart], right[apart]
    return first


def decide(graph: Graph, component: np.ndarray, must: list, cannot: list, unique: list, threshold: float, prior: float) -> tuple[np.ndarray, list, list]:
    """Clusters by place. A component without any doubt is one cluster; the others are resolved, all in one go."""
    size = np.bincount(component, minlength=graph.size)
    inside = component[graph.left] == component[graph.right]
    force = np.where(inside, prior - graph.weight, 0.0)
    doubtful = np.zeros(graph.size, dtype=bool)
    doubtful[component[graph.left[(force >= LEAST_CONFLICT) | (graph.veto & inside)]]] = True
    for pair in cannot:
        doubtful[component[list(pair)]] = True
    doubtful[vetoes.torn(unique, component)] = True
    edge = inside & (graph.weight >= threshold)
    in_component = size[component[graph.left]]
    bridge = edge & (in_component > 3) & (graph.weight < threshold + np.log2(np.maximum(in_component, 2) / 2))
    doubtful[component[graph.left[bridge]]] = True
    labels = component.copy()
    asked = doubtful[component]
    if not asked.any():
        return labels, [], []
    mine = inside & asked[graph.left]

    def pairs(chosen: np.ndarray, values: np.ndarray | None = None) -> list[tuple]:
        columns = [graph.left[chosen].tolist(), graph.right[chosen].tolist()] + ([values[chosen].tolist()] if values is not None else [])
        return list(zip(*columns, strict=True))

    def within(given: list) -> list:
        return [pair for pair in given if asked[pair[0]] and component[pair[0]] == component[pair[1]]]

    parted = np.zeros(graph.size, dtype=bool)
    parted[[component[pair[0]] for pair in within(cannot)]] = True
    declared = mine & (graph.rule == DECLARED)
    doubted = declared & parted[component[graph.left]] & (graph.weight < threshold)
    resolution = resolve(
        np.flatnonzero(asked).tolist(),
        pairs(declared & ~doubted),
        pairs(mine & edge, graph.weight),
        pairs(mine & (force >= LEAST_CONFLICT), force),
        threshold,
        pairs(mine & graph.veto),
        within(must),
        within(cannot),
        pairs(doubted),
        [held for held in unique if asked[held[0]]],
    )
    places = np.fromiter(resolution.clusters.keys(), dtype=np.int64)
    labels[places] = np.fromiter(resolution.clusters.values(), dtype=np.int64)
    return labels, resolution.refused, resolution.broken


def linked_by(graph: Graph, labels: np.ndarray) -> np.ndarray:
    """How each record came to its cluster: 1 it is alone, 2 declared by a source, 3 by score."""
    alone = np.bincount(labels, minlength=graph.size)[labels] == 1
    declared = np.zeros(graph.size, dtype=bool)
    by_source = (graph.rule == DECLARED) & (labels[graph.left] == labels[graph.right])
    declared[graph.left[by_source]] = declared[graph.right[by_source]] = True
    return np.where(alone, 1, np.where(declared, 2, 3))
