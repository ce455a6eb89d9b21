"""What holds a customer together, from its edges alone: the strongest tree, its weakest edge, and what would part there. No database."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edge:
    """Two records that were put together. `binds`: declared by a source or decided by a steward, whatever the weight says."""

    left: str
    right: str
    weight: float | None
    why: str
    binds: bool

    @property
    def strength(self) -> float:
        """What the evidence says; a source may declare what all evidence speaks against, and that is then the weakest link. Stewards know."""
        return math.inf if self.weight is None else self.weight


@dataclass(frozen=True)
class Held:
    """How a customer hangs together. `tree`: the strongest edges that reach every record. `weakest`: the edge of it that would go first;
    `left` and `right`: what it keeps together; `others`: edges that still would if it were gone, none if it is a bridge."""

    edges: list[Edge]
    tree: list[Edge]
    weakest: Edge | None
    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    others: list[Edge] = field(default_factory=list)


def hold(records: list[str], edges: list[Edge]) -> Held:
    """A maximum spanning tree and its weakest edge; none is weakest where stewards alone hold the records."""
    tree, group = [], {record: {record} for record in records}
    for edge in sorted(edges, key=lambda edge: edge.strength, reverse=True):
        here, there = group[edge.left], group[edge.right]
        if here is not there:
            tree.append(edge)
            here |= there
            group |= dict.fromkeys(there, here)
    weakest = min((edge for edge in tree if edge.weight is not None), key=lambda edge: edge.strength, default=None)
    if weakest is None:
        return Held(edges, tree, None)
    left = _reached(weakest.left, [edge for edge in tree if edge is not weakest])
    others = [edge for edge in edges if edge is not weakest and (edge.left in left) != (edge.right in left)]
    right = [record for record in records if record not in left]
    return Held(edges, tree, weakest, sorted(left), right, others)


def _reached(start: str, edges: list[Edge]) -> set[str]:
    """The records that edges lead to from one of them."""
    neighbours: dict[str, list[str]] = {}
    for edge in edges:
        neighbours.setdefault(edge.left, []).append(edge.right)
        neighbours.setdefault(edge.right, []).append(edge.left)
    reached, waiting = {start}, [start]
    while waiting:
        fresh = [other for other in neighbours.get(waiting.pop(), []) if other not in reached]
        reached.update(fresh)
        waiting += fresh
    return reached


def nearest(records: list[str], held: Held, most: int) -> list[str]:
    """Of many records those around the weakest link, by the tree, in the order they came in: what a person can look at."""
    if len(records) <= most:
        return records
    chosen = list(dict.fromkeys([held.weakest.left, held.weakest.right] if held.weakest else records[:1]))
    for record in chosen:  # grows as it is read
        near = [edge.right if edge.left == record else edge.left for edge in held.tree if record in (edge.left, edge.right)]
        chosen += [other for other in near if other not in chosen][: most - len(chosen)]
        if len(chosen) == most:
            break
    return [record for record in records if record in chosen]
