"""Which records are one person: a pure function of edges and rules. It has no database, no clock and no randomness of its own.

What stewards forbid parts, what sources declare binds. After that the edges at or above the threshold are taken strongest first; an
edge joins two clusters only if it outweighs what speaks against them: pairs across the two with negative evidence, and vetoes and
different unique identifiers, which nothing outweighs. A bridge between two clusters that both have several records needs more weight:
so many pairs had a chance to look alike.
"""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

# Evidence against counts half: one mistyped record is in several pairs, and is heard as often.
CONFLICT_SHARE = 0.5

R = TypeVar("R", bound=Hashable)
Pair = tuple[R, R]
Edge = tuple[R, R, float]


class Clusters(Generic[R]):
    """Disjoint sets of records that remember who repels whom."""

    def __init__(self, records: Iterable[R]) -> None:
        self.of = {record: record for record in records}
        self.members = {record: [record] for record in self.of}
        self.repelled: dict[R, dict[R, float]] = {}
        self.held: dict[R, dict[str, set[str]]] = {}

    def repel(self, left: R, right: R, force: float) -> None:
        """`force` is the evidence against the two being one person, in bits."""
        for one, other in ((left, right), (right, left)):
            forces = self.repelled.setdefault(one, {})
            forces[other] = max(force, forces.get(other, 0.0))

    def hold(self, record: R, kind: str, value: str) -> None:
        """The cluster of `record` holds an identifier of which a person has only one."""
        self.held.setdefault(self.of[record], {}).setdefault(kind, set()).add(value)

    def hold_others(self, here: R, there: R) -> bool:
        """Whether two clusters hold different unique identifiers. One that a source put together may hold several: any of them will do."""
        return any(values.isdisjoint(self.held.get(there, {}).get(kind, values)) for kind, values in self.held.get(here, {}).items())

    def conflict(self, left: R, right: R) -> float:
        """The strongest evidence against joining the clusters of two records."""
        here, there = self.of[left], self.of[right]
        if self.hold_others(here, there):
            return math.inf
        if len(self.members[here]) > len(self.members[there]):
            here, there = there, here
        forces = (force for member in self.members[here] for other, force in self.repelled.get(member, {}).items() if self.of[other] == there)
        return max(forces, default=0.0)

    def price(self, left: R, right: R) -> float:
        """What a bridge has to weigh more, in bits: nothing for a single record that joins a cluster."""
        return math.log2(min(len(self.members[self.of[left]]), len(self.members[self.of[right]])))

    def join(self, left: R, right: R) -> None:
        keep, give = self.of[left], self.of[right]
        if keep == give:
            return
        if (-len(self.members[keep]), keep) > (-len(self.members[give]), give):
            keep, give = give, keep
        for kind, values in self.held.pop(give, {}).items():
            self.held.setdefault(keep, {}).setdefault(kind, set()).update(values)
        moved = self.members.pop(give)
        self.members[keep].extend(moved)
        for record in moved:
            self.of[record] = keep


@dataclass(frozen=True)
class Resolution(Generic[R]):
    """`clusters`: record to cluster, named by its smallest record. `refused`: edges above the threshold that join nothing, and why.
    `broken`: links and must-links that a cannot-link forbids."""

    clusters: dict[R, R]
    refused: list[tuple[R, R, str]] = field(default_factory=list)
    broken: list[Pair[R]] = field(default_factory=list)


def resolve(
    records: Iterable[R],
    links: Iterable[Pair[R]],
    edges: Iterable[Edge[R]],
    against: Iterable[Edge[R]],
    threshold: float,
    vetoes: Iterable[Pair[R]] = (),
    must: Iterable[Pair[R]] = (),
    cannot: Iterable[Pair[R]] = (),
    doubted_links: Iterable[Pair[R]] = (),
    unique: Iterable[tuple[R, str, str]] = (),
) -> Resolution[R]:
    """Decides the clusters. Weights and the threshold are in bits.

    `edges` speak for a match (match weight), `against` speak against one (evidence as a positive number). Must-links and declared
    links bind whatever the evidence; only a cannot-link stops them, also one between other records of the two clusters.
    Must-links and `doubted_links`, which are declared too, wait until the edges have their say: a steward who names two records means
    two whole people, whether they are put together or parted. Only a must-link that a cannot-link then forbids binds before all else,
    so that both decisions are obeyed where that can be.
    `unique` are identifiers (record, type, value) of which a person has only one: edges never join clusters that hold different ones.
    """
    arguments = [list(given) for given in (records, links, edges, against, vetoes, cannot, doubted_links, unique)]
    must, first = sorted(must), []
    # What binds first changes what the edges join, and may so stand in the way of another must-link.
    while True:
        resolution = _resolve(*arguments, threshold, first, [pair for pair in must if pair not in first])
        late = [pair for pair in must if pair in resolution.broken and pair not in first]
        if not late:
            return resolution
        first += late


def _resolve(records, links, edges, against, vetoes, cannot, doubted_links, unique, threshold: float, first: list, last: list) -> Resolution:
    """The same, with the must-links apart: those that bind first, and those that bind last."""
    clusters = Clusters(records)
    broken, refused = [], []
    for left, right in cannot:
        clusters.repel(left, right, math.inf)
    for left, right in [*first, *sorted(links)]:
        if clusters.of[left] != clusters.of[right] and clusters.conflict(left, right) == math.inf:
            broken.append((left, right))
        else:
            clusters.join(left, right)
    forbidden = {(left, right) for left, others in clusters.repelled.items() for right in others}
    for left, right, force in against:
        clusters.repel(left, right, force)
    for left, right in vetoes:
        clusters.repel(left, right, math.inf)
    for held in unique:
        clusters.hold(*held)
    for left, right, weight in sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1])):
        if weight < threshold:
            break
        if clusters.of[left] == clusters.of[right]:
            continue
        conflict, price = clusters.conflict(left, right), clusters.price(left, right)
        if weight - CONFLICT_SHARE * conflict - price >= threshold:
            clusters.join(left, right)
        else:
            refused.append((left, right, conflict, price))
    for left, right in [*last, *sorted(doubted_links)]:
        if _is_forbidden(clusters, forbidden, left, right):
            broken.append((left, right))
        else:
            clusters.join(left, right)
    named = {record: name for members in clusters.members.values() for name in (min(members),) for record in members}
    reasons = [
        (left, right, _reason(clusters, forbidden, left, right, conflict)) for left, right, conflict, _ in refused if clusters.of[left] != clusters.of[right]
    ]
    return Resolution(named, reasons, broken)


def _reason(clusters: Clusters, forbidden: set, left, right, conflict: float) -> str:
    """Why an edge above the threshold joins nothing."""
    if conflict == math.inf:
        return "cannot_link" if _is_forbidden(clusters, forbidden, left, right) else "veto"
    return "conflict" if conflict else "bridge"


def _is_forbidden(clusters: Clusters, forbidden: set, left, right) -> bool:
    """Whether a cannot-link stands between the clusters of two records."""
    here, there = clusters.members[clusters.of[left]], clusters.of[right]
    return any((one, other) in forbidden for one in here for other in clusters.repelled.get(one, {}) if clusters.of[other] == there)
