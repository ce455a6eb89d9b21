"""The entity-relationship picture of what readers get: a box per mart, a line per relation that a dbt test proves at every run.

Drawn from dbt's manifest, so that it cannot show what is not so. A crow's foot means many rows, a bar one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

SCHEMAS = ("marts", "segments")
WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 300, 44, 120, 16, 12  # of a box, and between boxes; pixels
FOOT = 12


@dataclass(frozen=True)
class Relation:
    """`child.column` is always a value of `parent.column`; `is_one`: at most one row of the child for each."""

    child: str
    column: str
    parent: str
    is_one: bool


def entities(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Every table that readers are promised, with what a row of it is."""
    nodes = (node for node in manifest["nodes"].values() if node["resource_type"] == "model" and node["schema"] in SCHEMAS and node["access"] == "public")
    # A segment is a table too, but one of many alike: `segment_members` stands for them.
    chosen = (node for node in nodes if node["schema"] == "marts" or node["name"].startswith("segment_"))
    return {node["name"]: re.split(r"[.;:](?:\s|$)", node["description"])[0] for node in sorted(chosen, key=lambda node: node["name"])}


def relations(manifest: Mapping[str, Any]) -> list[Relation]:
    """What the `relationships` tests say of these tables."""
    known, found = entities(manifest), set()
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test" and node.get("test_metadata") and node.get("attached_node")]
    unique = {(node["attached_node"], node["column_name"]) for node in tests if node["test_metadata"]["name"] == "unique"}
    for node in tests:
        if node["test_metadata"]["name"] == "relationships":
            child, parent = node["attached_node"].split(".")[-1], re.sub(r".*'(\w+)'.*", r"\1", node["test_metadata"]["kwargs"]["to"])
            if child in known and parent in known and child != parent:
                found.add(Relation(child, node["column_name"], parent, (node["attached_node"], node["column_name"]) in unique))
    return sorted(found, key=lambda relation: (relation.parent, relation.child, relation.column))


def picture(manifest: Mapping[str, Any]) -> str:
    """The picture as SVG: what is referred to stands left of what refers to it."""
    rows, lines = entities(manifest), relations(manifest)
    places, size = _layout(rows, lines)
    parts = (
        [_line(relation, places) for relation in lines]
        + [_label(child, lines, *places[child]) for child in sorted({relation.child for relation in lines})]
        + [_box(name, rows[name], *places[name]) for name in rows]
    )
    style = "text{font:13px Helvetica,Arial,sans-serif;fill:#1f2933;paint-order:stroke;stroke:#fff;stroke-width:4px}.soft{font-size:11px;fill:#52606d}rect{fill:#fff;stroke:#9fb3c8}path{fill:none;stroke:#2f6f9f}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" role="img"><style>{style}</style>{"".join(parts)}</svg>'


def _layout(rows: dict[str, str], lines: list[Relation]) -> tuple[dict[str, tuple[int, int]], tuple[int, int]]:
    """Top left corner of every box, and the size of all. Tables without a relation stand below the first column."""
    parents = {name: {line.parent for line in lines if line.child == name} for name in rows}

    def depth(name: str, seen: tuple[str, ...] = ()) -> int:
        return 0 if name in seen else max((1 + depth(parent, (*seen, name)) for parent in parents[name]), default=0)

    columns: dict[int, list[str]] = {}
    for name in sorted(rows, key=lambda name: (not any(line.parent == name for line in lines), name)):
        columns.setdefault(depth(name), []).append(name)
    places = {name: (MARGIN + column * (WIDTH + ACROSS), MARGIN + row * (HEIGHT + DOWN)) for column, names in columns.items() for row, name in enumerate(names)}
    return places, (MARGIN * 2 + (WIDTH + ACROSS) * len(columns) - ACROSS, max(y for _, y in places.values()) + HEIGHT + MARGIN)


def _box(name: str, row: str, x: int, y: int) -> str:
    short = row if len(row) <= 46 else row[:45].rstrip() + "…"
    return (
        f'<g><title>{escape(row)}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/><text x="{x + 10}" y="{y + 18}">{escape(name)}</text>'
        f'<text class="soft" x="{x + 10}" y="{y + 35}">{escape(short)}</text></g>'
    )


def _line(relation: Relation, places: dict[str, tuple[int, int]]) -> str:
    (left, top), (right, down) = places[relation.parent], places[relation.child]
    x1, y1, x2, y2 = left + WIDTH, top + HEIGHT // 2, right, down + HEIGHT // 2
    middle = (x1 + x2) // 2
    many = f"M{x2 - FOOT} {y2}L{x2} {y2 - 6}M{x2 - FOOT} {y2}L{x2} {y2 + 6}"
    one = f"M{x2 - FOOT} {y2 - 6}v12"
    bars = f"M{x1 + FOOT} {y1 - 6}v12{one if relation.is_one else many}"
    curve = f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
    return f'<path d="{curve}{bars}"/>'


def _label(child: str, lines: list[Relation], x: int, y: int) -> str:
    """The columns that refer, one above another: side by side they would reach into the box on the left."""
    columns = sorted({relation.column for relation in lines if relation.child == child}, reverse=True)
    return "".join(
        f'<text class="soft" text-anchor="end" x="{x - FOOT - 4}" y="{y + HEIGHT // 2 - 5 - 13 * place}">{escape(column)}</text>'
        for place, column in enumerate(columns)
    )
