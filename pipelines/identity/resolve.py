"""Which records are one person: a pure function of edges and rules. It has no database, no clock and no randomness of its own.

Declared links bind first. Then the edges at or above the threshold are taken strongest first; an edge joins two clusters only if
it outweighs what speaks against them: pairs across the two with negative evidence, and vetoes, which nothing outweighs.
A bridge between two clusters that both have several records needs more weight: so many pairs had a chance to look alike.
"""

import math
from collections.abc import Iterable

# Evidence against counts half: one mistyped record is in several pairs, and is heard as often.
CONFLICT_SHARE = 0.5

Edge = tuple[str, str, float]


class Clusters:
    """Disjoint sets of records that remember who repels whom."""

    def __init__(self, records: Iterable[str]) -> None:
        self.of = {record: record for record in records}
        self.members = {record: [record] for record in self.of}
        self.repelled: dict[str, dict[str, float]] = {}

    def repel(self, left: str, right: str, force: float) -> None:
        """`force` is the evidence against the two being one person, in bits."""
        for one, other in ((left, right), (right, left)):
            forces = self.repelled.setdefault(one, {})
            forces[other] = max(force, forces.get(other, 0.0))

    def conflict(self, left: str, right: str) -> float:
        """The strongest evidence against joining the clusters of two records."""
        here, there = self.of[left], self.of[right]
        if len(self.members[here]) > len(self.members[there]):
            here, there = there, here
        forces = (force for member in self.members[here] for other, force in self.repelled.get(member, {}).items() if self.of[other] == there)
        return max(forces, default=0.0)

    def price(self, left: str, right: str) -> float:
        """What a bridge has to weigh more, in bits: nothing for a single record that joins a cluster."""
        return math.log2(min(len(self.members[self.of[left]]), len(self.members[self.of[right]])))

    def join(self, left: str, right: str) -> None:
        keep, give = sorted((self.of[left], self.of[right]), key=lambda label: (-len(self.members[label]), label))
        if keep == give:
            return
        moved = self.members.pop(give)
        self.members[keep].extend(moved)
        for record in moved:
            self.of[record] = keep


def resolve(
    records: Iterable[str],
    links: Iterable[tuple[str, str]],
    edges: Iterable[Edge],
    against: Iterable[Edge],
    threshold: float,
    vetoes: Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    """Record to cluster, a cluster being named by its smallest record. Weights and the threshold are in bits.

    `edges` speak for a match (match weight), `against` speak against one (evidence as a positive number).
    """
    clusters = Clusters(records)
    for left, right in links:
        clusters.join(left, right)
    for left, right, force in against:
        clusters.repel(left, right, force)
    for left, right in vetoes:
        clusters.repel(left, right, math.inf)
    for left, right, weight in sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1])):
        if weight < threshold:
            break
        if clusters.of[left] != clusters.of[right] and weight - CONFLICT_SHARE * clusters.conflict(left, right) - clusters.price(left, right) >= threshold:
            clusters.join(left, right)
    return {record: name for members in clusters.members.values() for name in (min(members),) for record in members}


def components(edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Records that hang together by any chain of edges, before anything is cut. Records without an edge are left out."""
    pairs = list(edges)
    clusters = Clusters({record for pair in pairs for record in pair})
    for left, right in pairs:
        clusters.join(left, right)
    return clusters.of
