"""The evidence as one HTML file that asks nothing of a network: waterfalls of match weights and the graph of a customer, as inline SVG."""

import math
from html import escape
from pathlib import Path

from pipelines.identity.evidence import Pair
from pipelines.identity.holding import Held
from pipelines.identity.masking import Shown
from pipelines.identity.words import Say

PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 980px; margin: 2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.4rem }} h2 {{ font-size: 1.1rem; margin-top: 2rem }} p {{ max-width: 46rem }}
svg {{ width: 100%; height: auto; font: 13px system-ui, sans-serif }}
table {{ border-collapse: collapse }} td, th {{ text-align: left; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid #ddd }}
.for {{ fill: #2a7f62 }} .against {{ fill: #c0504d }} .sum {{ fill: #444 }} .prior {{ fill: #999 }}
line.tree {{ stroke: #2a7f62; stroke-width: 3 }} line.other {{ stroke: #bbb; stroke-width: 1 }} line.weakest {{ stroke: #c0504d; stroke-width: 3; stroke-dasharray: 7 5 }}
text.weight {{ paint-order: stroke; stroke: #fff; stroke-width: 4px }}
circle {{ fill: #fff; stroke: #444; stroke-width: 2 }}
</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""
LEGEND = "Green: the strongest edges that reach every record. Dashed red: the weakest of these. Grey: the others that agree. More bits, more sure."
LEFT, WIDTH, ROW = 370, 920, 26


def write(file: Path, title: str, sections: list[tuple[str, str]], language: str) -> None:
    """Writes the page: each section a heading and what stands below it."""
    body = "\n".join(f"<h2>{escape(heading)}</h2>\n{content}" for heading, content in sections)
    file.write_text(PAGE.format(language=language, title=escape(title), body=body), encoding="utf-8")


def waterfall(pair: Pair, say: Say) -> str:
    """Each comparison as a bar that starts where the one before ended; the last bar is the sum."""
    parts = [part for part in pair.parts if part[0] == "prior" or part[1] != "nothing to compare"]
    steps, at = [], 0.0
    for comparison, level, bits in parts:
        kind = "prior" if comparison == "prior" else "for" if bits >= 0 else "against"
        steps.append((f"{say(comparison.replace('_', ' '))}: {say(level)}", at, at + bits, kind))
        at += bits
    steps.append((say("match weight"), 0.0, at, "sum"))
    low, high = min(0.0, *(min(step[1:3]) for step in steps)), max(0.0, *(max(step[1:3]) for step in steps))
    scale = (WIDTH - LEFT - 70) / ((high - low) or 1)

    def x(bits: float) -> float:
        return LEFT + (bits - low) * scale

    rows = [f'<line x1="{x(0):.1f}" y1="0" x2="{x(0):.1f}" y2="{len(steps) * ROW}" stroke="#ccc"/>']
    for number, (label, start, end, kind) in enumerate(steps):
        y = number * ROW
        rows.append(f'<text x="{LEFT - 12}" y="{y + 17}" text-anchor="end">{escape(label)}</text>')
        rows.append(f'<rect class="{kind}" x="{x(min(start, end)):.1f}" y="{y + 5}" width="{max(abs(end - start) * scale, 1.5):.1f}" height="{ROW - 10}"/>')
        rows.append(f'<text x="{x(max(start, end)) + 6:.1f}" y="{y + 17}">{end - start:+.1f}</text>')
    return f'<svg viewBox="0 0 {WIDTH} {len(steps) * ROW}" role="img">{"".join(rows)}</svg>'


def graph(records: list[str], held: Held, people: dict[str, Shown], of: int, say: Say) -> str:
    """Records on a circle; thick edges hold the customer, thin ones only agree, the broken one is the weakest. `of` is how many records there are."""
    radius = max(120, 16 * len(records))
    beside = 40 + 8 * max(len(record) for record in records)  # room for the longest name, in pixels
    middle_x, middle_y = radius + beside, radius + 40
    place = {record: 2 * math.pi * number / len(records) - math.pi / 2 for number, record in enumerate(records)}
    spot = {record: (middle_x + radius * math.cos(angle), middle_y + radius * math.sin(angle)) for record, angle in place.items()}
    lines = []
    edges = [edge for edge in held.edges if edge.left in spot and edge.right in spot]
    for edge in sorted(edges, key=lambda edge: (edge is held.weakest, edge in held.tree)):
        kind = "weakest" if edge is held.weakest else "tree" if edge in held.tree else "other"
        (x1, y1), (x2, y2) = spot[edge.left], spot[edge.right]
        weight = say("bound") if edge.weight is None else say("{bits:.1f} bits", bits=edge.weight)
        hint = f"{say('{left} and {right}', left=edge.left, right=edge.right)}: {say(edge.why)}, {weight}"
        lines.append(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"><title>{escape(hint)}</title></line>')
        if kind != "other":
            lines.append(f'<text x="{(x1 + x2) / 2:.1f}" y="{(y1 + y2) / 2 - 5:.1f}" class="weight" text-anchor="middle">{escape(weight)}</text>')
    for number, record in enumerate(records, start=1):
        x, y = spot[record]
        side = math.cos(place[record])
        anchor, shift = ("middle", 0) if abs(side) < 0.2 else ("start", 18) if side > 0 else ("end", -18)
        drop = 5 if shift else -20 if math.sin(place[record]) < 0 else 30
        lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="13"><title>{escape(str(people.get(record, "")) or say("nothing known"))}</title></circle>')
        lines.append(f'<text x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle">{number}</text>')
        lines.append(f'<text x="{x + shift:.1f}" y="{y + drop:.1f}" text-anchor="{anchor}">{escape(record)}</text>')
    legend = say(LEGEND) + (
        say(" Of {of:,} records the {count} nearest to the weakest link are drawn.", of=of, count=len(records)) if of > len(records) else ""
    )
    return f'<p>{legend}</p><svg viewBox="0 0 {2 * middle_x} {2 * middle_y}" role="img">{"".join(lines)}</svg>'


def record_table(records: list[str], people: dict[str, Shown], say: Say) -> str:
    """The records by the numbers of the graph."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in (str(number), record, shown.name, shown.birth_date, shown.email, shown.phone)) + "</tr>"
        for number, record in enumerate(records, start=1)
        for shown in (people.get(record, Shown("", "", "", "")),)
    )
    titles = "".join(f"<th>{say(title)}</th>" for title in ("record", "name", "born", "e-mail", "phone"))
    return f"<table><tr><th></th>{titles}</tr>{rows}</table>"
