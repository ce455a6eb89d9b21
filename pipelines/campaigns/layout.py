"""Places for the boxes of a graph in layers from top to bottom, after Sugiyama: layers, order by barycentre, then positions.

The label of an edge is a box of its own between its ends, and an edge that passes a layer has a lane in it, so that no line ever runs
through a box or a label; lines bend only in the gaps between layers, where nothing else stands. Units are pixels.
"""

from dataclasses import dataclass, field

GAP_X, GAP_Y, SWEEPS, PORT = 26, 34, 12, 22


@dataclass
class Box:
    """A rectangle to be placed: a step, a label, or a lane (no width to speak of). `x` is its middle, `y` its top."""

    width: float
    height: float
    layer: int = 0
    x: float = 0
    y: float = 0


@dataclass
class Line:
    """An edge through its boxes, from its source to its target."""

    boxes: list[Box]
    is_back: bool
    points: list[tuple[float, float, float]] = field(default_factory=list)  # x, the y it comes in at, the y it leaves at


def arranged(boxes: dict[str, Box], ways: list[tuple[str, str, Box | None]], last: str) -> tuple[list[list[Box]], list[Line]]:
    """Layers of boxes and the lines between them; sets the places of the boxes. Edges are (source, target, label); `last` stands lowest."""
    back = _back_edges(boxes, ways)
    _set_layers(boxes, ways, back, last)
    lines = []
    for number, (source, target, label) in enumerate(ways):
        upper, lower = (target, source) if number in back else (source, target)
        lanes = [Box(2, 0, layer) for layer in range(boxes[upper].layer + 1, boxes[lower].layer)]
        if label:
            place = -1 if number in back else 0
            label.layer, lanes[place] = lanes[place].layer, label
        lines.append(Line([boxes[upper], *lanes, boxes[lower]], number in back))
    layers = _ordered(_layers(boxes, lines), lines)
    _set_places(layers, lines)
    _set_points(layers, lines)
    return layers, lines


def _back_edges(boxes: dict[str, Box], ways: list) -> set[int]:
    """Edges that lead back to where the walk came from."""
    back: set[int] = set()
    done: set[str] = set()

    def walk(here: str, way: list[str]) -> None:
        for number, (source, target, _) in enumerate(ways):
            if source == here:
                if target in way:
                    back.add(number)
                elif target not in done:
                    walk(target, [*way, target])
        done.add(here)

    for name in boxes:
        if name not in done:
            walk(name, [name])
    return back


def _set_layers(boxes: dict[str, Box], ways: list, back: set[int], last: str) -> None:
    """Each box two layers below the lowest that leads to it; odd layers are for labels."""
    down = [(target, source) if number in back else (source, target) for number, (source, target, _) in enumerate(ways)]
    for _ in boxes:
        for source, target in down:
            boxes[target].layer = max(boxes[target].layer, boxes[source].layer + 2)
    boxes[last].layer = max(box.layer for name, box in boxes.items() if name != last) + 2


def _layers(boxes: dict[str, Box], lines: list[Line]) -> list[list[Box]]:
    """The boxes by layer; a layer of nothing but lanes is left out, since lines can do without it."""
    used = sorted({box.layer for box in [*boxes.values(), *(box for line in lines for box in line.boxes)] if box.height})
    for line in lines:
        line.boxes = [box for box in line.boxes if box.layer in used]
    everything = [*boxes.values(), *(box for line in lines for box in line.boxes[1:-1])]
    for box in everything:
        box.layer = used.index(box.layer)
    return [[box for box in everything if box.layer == layer] for layer in range(len(used))]


def _neighbours(lines: list[Line]) -> tuple[dict[int, list[Box]], dict[int, list[Box]]]:
    above: dict[int, list[Box]] = {}
    below: dict[int, list[Box]] = {}
    for line in lines:
        for upper, lower in zip(line.boxes, line.boxes[1:], strict=False):
            above.setdefault(id(lower), []).append(upper)
            below.setdefault(id(upper), []).append(lower)
    return above, below


def _ordered(layers: list[list[Box]], lines: list[Line]) -> list[list[Box]]:
    """The order within each layer with the fewest crossings that sweeping by barycentres finds."""
    above, below = _neighbours(lines)
    best, fewest = layers, _crossings(layers, below)
    for sweep in range(SWEEPS):
        around, direction = (above, 1) if sweep % 2 == 0 else (below, -1)
        layers = [list(layer) for layer in layers]
        place = {id(box): number for layer in layers for number, box in enumerate(layer)}
        for layer in layers[::direction]:
            layer.sort(key=lambda box: _mean([place[id(other)] for other in around.get(id(box), [])], place[id(box)]))
            place |= {id(box): number for number, box in enumerate(layer)}
        if (count := _crossings(layers, below)) < fewest:
            best, fewest = layers, count
    return best


def _crossings(layers: list[list[Box]], below: dict[int, list[Box]]) -> int:
    place = {id(box): number for layer in layers for number, box in enumerate(layer)}
    pairs = [[(place[id(box)], place[id(other)]) for box in layer for other in below.get(id(box), [])] for layer in layers]
    return sum(a < c and b > d for layer in pairs for a, b in layer for c, d in layer)


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _set_places(layers: list[list[Box]], lines: list[Line]) -> None:
    """Each box as near to the middle of its neighbours as the others of its layer let it; then the layers below one another."""
    above, below = _neighbours(lines)
    for layer in layers:
        _spread(layer, [number * 1.0 for number in range(len(layer))])
    for sweep in range(4 * SWEEPS):
        around = (above, below)[sweep % 2] if sweep < 3 * SWEEPS else {key: above.get(key, []) + below.get(key, []) for key in above | below}
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            _spread(layer, [_mean([other.x for other in around.get(id(box), [])], box.x) for box in layer])
    left, top = min(box.x - box.width / 2 for layer in layers for box in layer), 0.0
    for layer in layers:
        for box in layer:
            box.x, box.y = box.x - left, top
        top += max(box.height for box in layer) + GAP_Y


def _spread(layer: list[Box], wished: list[float]) -> None:
    """The places nearest to those wished (least squares) that keep the order and the gaps: isotonic regression."""
    offsets, reach = [], 0.0
    for number, box in enumerate(layer):
        reach += (layer[number - 1].width + box.width) / 2 + GAP_X if number else 0
        offsets.append(reach)
    groups: list[list[float]] = []  # mean, count
    for wish, offset in zip(wished, offsets, strict=True):
        groups.append([wish - offset, 1])
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            mean, count = groups.pop()
            groups[-1] = [(groups[-1][0] * groups[-1][1] + mean * count) / (groups[-1][1] + count), groups[-1][1] + count]
    means = [mean for mean, count in groups for _ in range(int(count))]
    for box, mean, offset in zip(layer, means, offsets, strict=True):
        box.x = mean + offset


def _set_points(layers: list[list[Box]], lines: list[Line]) -> None:
    """Where each line leaves and enters its boxes: side by side, in the order of where they come from."""
    bottom = {number: layer[0].y + max(box.height for box in layer) for number, layer in enumerate(layers)}
    leaving = {id(line.boxes[0]): sorted((other for other in lines if other.boxes[0] is line.boxes[0]), key=lambda other: other.boxes[1].x) for line in lines}
    coming = {
        id(line.boxes[-1]): sorted((other for other in lines if other.boxes[-1] is line.boxes[-1]), key=lambda other: other.boxes[-2].x) for line in lines
    }
    for line in lines:
        first, last = line.boxes[0], line.boxes[-1]
        line.points = [(_port(first, leaving[id(first)], line), first.y + first.height, bottom[first.layer])]
        line.points += [(box.x, box.y, bottom[box.layer]) for box in line.boxes[1:-1]]
        line.points.append((_port(last, coming[id(last)], line), last.y, last.y))


def _port(box: Box, lines: list[Line], line: Line) -> float:
    step = min(PORT, (box.width - 20) / max(len(lines), 1))
    return box.x + (next(number for number, other in enumerate(lines) if other is line) - (len(lines) - 1) / 2) * step
