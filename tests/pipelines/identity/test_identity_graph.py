"""What hangs together, against SciPy's: random graphs, a chain that winds through all places, a star."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipelines.identity.graph import _connected

SIZE = 400


def random_edges(seed: int) -> list[tuple[int, int]]:
    random = Random(seed)
    return [(random.randrange(SIZE), random.randrange(SIZE)) for _ in range(random.randrange(2 * SIZE))]


def winding_chain(seed: int) -> list[tuple[int, int]]:
    order = list(range(SIZE))
    Random(seed).shuffle(order)
    return list(pairwise(order))


GRAPHS = {
    "none": [],
    "chain": [(place, place + 1) for place in range(SIZE - 1)],
    "star": [(SIZE - 1, place) for place in range(SIZE - 1)],
    **{f"random {seed}": random_edges(seed) for seed in range(20)},
    **{f"winding {seed}": winding_chain(seed) for seed in range(5)},
}


@pytest.mark.parametrize("edges", GRAPHS.values(), ids=GRAPHS)
def test_each_component_is_named_by_its_first_place(edges):
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in range(2))
    _, label = connected_components(coo_array((np.ones(len(left)), (left, right)), shape=(SIZE, SIZE)), directed=False)
    first = {name: place for place, name in reversed(list(enumerate(label.tolist())))}

    assert _connected(SIZE, left, right).tolist() == [first[name] for name in label.tolist()]
