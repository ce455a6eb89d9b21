"""A scenario as a picture: one SVG that asks nothing of a network, with the graph, what begins and ends it, and its rules.

Where things stand is `layout`'s; what is said is `phrases`' and `words`'.
"""

from html import escape

from pipelines.campaigns.graph import Edge, compared, edges
from pipelines.campaigns.layout import Box, Line, arranged
from pipelines.campaigns.phrases import Speaker
from pipelines.campaigns.schema import END, Policy, Scenario
from pipelines.campaigns.text_width import wide, wrapped
from pipelines.campaigns.words import heading, rules, words

BEGIN, SIZE, LINE, MARGIN, WIDEST = "", 13, 18, 28, 232
KINDS = {
    # kind: colour, name in English and Russian
    "begin": ("#1b7f5c", "begins", "начало"),
    "send": ("#1f6fb2", "send", "отправка"),
    "wait": ("#b26a00", "wait", "ожидание"),
    "ask": ("#b26a00", "condition", "условие"),
    "split": ("#7a3fb0", "split", "разделение"),
    "winner": ("#7a3fb0", "winner", "победитель"),
    "set": ("#00808a", "note", "запись"),
    "audience": ("#00808a", "audience", "аудитория"),
    "webhook": ("#00808a", "webhook", "вебхук"),
    "enter": ("#00808a", "scenario", "сценарий"),
    "end": ("#5c6370", "end", "конец"),
}
STYLE = """
text { font: 13px system-ui, "Segoe UI", Arial, sans-serif; fill: #222 }
.title { font-size: 20px; font-weight: bold } .kind { font-size: 11px; font-weight: bold } .id { font-size: 11px; fill: #666 }
.label { font-size: 12px; fill: #444 } .way { fill: none; stroke: #8a93a0; stroke-width: 1.6 } .back { stroke-dasharray: 6 4 }
"""
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body {{ margin: 0; background: #fff }} svg {{ display: block; margin: 0 auto; max-width: 100%; height: auto }}</style></head>
<body>{svg}</body></html>
"""


def page(scenario: Scenario, policy: Policy, *, russian: bool = False) -> str:
    """The picture as an HTML page."""
    title = scenario.title.ru if russian else scenario.title.en
    return PAGE.format(language="ru" if russian else "en", title=escape(title), svg=picture(scenario, policy, russian=russian))


def picture(scenario: Scenario, policy: Policy, *, russian: bool = False) -> str:
    """The picture as SVG."""
    say = Speaker(russian)
    texts = {name: _lines(scenario, name, say) for name in (BEGIN, *(step.id for step in scenario.steps), END)}
    boxes = {name: Box(_width(name, lines), LINE * (len(lines) + 1) + 8) for name, lines in texts.items()}
    labels, ways = {}, []
    for source, target, text in _ways(scenario, say):
        lines = wrapped(text, WIDEST - 60, 12) if text else []
        label = Box(max(wide(line, 12) for line in lines) + 14, 16 * len(lines) + 8) if lines else None
        labels |= {id(label): (label, lines)} if label else {}
        ways.append((source, target, label))
    layers, drawn = arranged(boxes, ways, END)
    wide_of_graph = max(box.x + box.width / 2 for layer in layers for box in layer)
    deep = max(box.y + box.height for layer in layers for box in layer)
    width = max(wide_of_graph, 640)
    notes = [line for text in rules(scenario, policy, say) for line in wrapped("· " + text, width, SIZE)]
    title, kind = heading(scenario, say)
    head = [*(("title", line) for line in wrapped(title, width, 20)), *(("id", line) for line in wrapped(kind, width, 11))]
    top = sum(26 if css == "title" else 18 for css, _ in head) + 14
    height = top + deep + 30 + LINE * len(notes)
    parts = [_text(0, (number + 1) * 24 - 4, line, css) for number, (css, line) in enumerate(head)]
    parts.append(f'<g transform="translate({(width - wide_of_graph) / 2:.1f} {top})">')
    parts += [_way(line) for line in drawn]
    parts += [_label(label, lines) for label, lines in labels.values()]
    parts += [_box(scenario, name, box, texts[name], say) for name, box in boxes.items()]
    parts += ["</g>", *(_text(0, top + deep + 40 + LINE * number, line) for number, line in enumerate(notes))]
    size = f"{width + 2 * MARGIN:.0f} {height + 2 * MARGIN:.0f}"
    arrow = '<marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#8a93a0"/></marker>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{-MARGIN} {-MARGIN} {size}" width="{size.split()[0]}" height="{size.split()[1]}">'
        f"<title>{escape(title)}</title><desc>{escape(words(scenario, policy, russian=russian))}</desc><style>{STYLE}</style><defs>{arrow}</defs>"
        f'<rect x="{-MARGIN}" y="{-MARGIN}" width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _lines(scenario: Scenario, name: str, say: Speaker) -> list[str]:
    """What stands in a box."""
    if name == END:
        return []
    if name == BEGIN:
        return [*wrapped(say.entry(scenario.entry), WIDEST, SIZE), *wrapped(say.again(scenario.entry), WIDEST, SIZE)]
    step = next(step for step in scenario.steps if step.id == name)
    again = [_said(scenario, edge, say) for edge in edges(scenario) if edge.source == edge.target == name]
    # The kind stands in the head, the arms on the edges.
    act = f"{say.channels(step)}: {step.send.template}" if step.send else say("at random", "случайно") if step.split else say.act(scenario, step)
    lines = wrapped(act, WIDEST, SIZE)
    for text in again:
        lines += wrapped("↻ " + say(f"again: {text}", f"снова: {text}"), WIDEST, SIZE)
    visits = say(f"at most {step.max_visits} times", f"не больше {step.max_visits} раз")
    return [*lines, *([visits] if step.max_visits > 1 else [])]


def _ways(scenario: Scenario, say: Speaker) -> list[tuple[str, str, str]]:
    """Edges with their labels; several of the same two steps are one, and those to the step itself stand in its box."""
    found: dict[tuple[str, str], list[str]] = {(BEGIN, scenario.steps[0].id): []}
    for edge in edges(scenario):
        if edge.source != edge.target:
            found.setdefault((edge.source, edge.target), []).append(_said(scenario, edge, say))
    return [(source, target, say.listed([text for text in texts if text])) for (source, target), texts in found.items()]


def _said(scenario: Scenario, edge: Edge, say: Speaker) -> str:
    step = next(step for step in scenario.steps if step.id == edge.source)
    if edge.by == "guard":
        return say.heard(step.wait.until[edge.place])
    if edge.by == "arm":
        arm = list(step.split.arms)[edge.place]
        return f"{arm} {step.split.arms[arm] / sum(step.split.arms.values()):.0%}"
    if edge.by == "winner":
        return list(compared(scenario, step.winner))[edge.place]
    if edge.by != "deadline" or not step.wait.until:
        return ""
    return say(f"not within {say.length(step.wait.for_)}", f"не случилось за {say.length(step.wait.for_)}") if step.wait.for_ else say("otherwise", "иначе")


def _width(name: str, lines: list[str]) -> float:
    """Of a box: its lines, or the head with kind and name."""
    least = [60.0 if name == END else wide(name, 11) + 90]
    return max([wide(line, SIZE) for line in lines] + least) + 30


def _text(x: float, y: float, text: str, css: str = "", anchor: str = "start", colour: str = "") -> str:
    fill = f' style="fill:{colour}"' if colour else ""
    kind = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}{fill}>{escape(text)}</text>'


def _box(scenario: Scenario, name: str, box: Box, lines: list[str], say: Speaker) -> str:
    """A step: a bar in the colour of its kind, the kind and the name, then what it does."""
    colour, *names = KINDS[{BEGIN: "begin", END: "end"}.get(name) or _kind(scenario, name)]
    left, right = box.x - box.width / 2, box.x + box.width / 2
    shape = (
        f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6" fill="{colour}" fill-opacity=".09" stroke="{colour}"/>'
    )
    ground = f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6" fill="#fff"/>'
    bar = f'<rect x="{left:.1f}" y="{box.y:.1f}" width="5" height="{box.height:.1f}" rx="2.5" fill="{colour}"/>'
    if name == END:
        return ground + shape + _text(box.x, box.y + box.height / 2 + 4, say.either((names[0], names[1])), "kind", "middle", colour)
    head = _text(left + 15, box.y + 18, say.either((names[0], names[1])), "kind", colour=colour)
    head += _text(right - 12, box.y + 18, name, "id", "end") if name else ""
    return ground + shape + bar + head + "".join(_text(left + 15, box.y + 18 + LINE * number, line) for number, line in enumerate(lines, start=1))


def _kind(scenario: Scenario, name: str) -> str:
    step = next(step for step in scenario.steps if step.id == name)
    return "ask" if step.wait and not step.wait.for_ and not step.wait.to else step.kind


def _label(box: Box, lines: list[str]) -> str:
    left = box.x - box.width / 2
    ground = f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8" fill="#f3f4f6" stroke="#d5d9df"/>'
    return ground + "".join(_text(box.x, box.y + 16 * number + 16, line, "label", "middle") for number, line in enumerate(lines))


def _way(line: Line) -> str:
    """Straight down through a layer, bent in the gap below it. A way back is drawn upwards and dashed."""
    (x, y, bottom), *others = line.points
    path = f"M{x:.1f} {y:.1f}V{bottom:.1f}"
    for to_x, to_y, to_bottom in others:
        middle = (bottom + to_y) / 2
        path += f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}" + (f"V{to_bottom:.1f}" if to_bottom > to_y else "")
        x, bottom = to_x, to_bottom
    return f'<path class="way{" back" if line.is_back else ""}" d="{path}" marker-{"start" if line.is_back else "end"}="url(#arrow)"/>'
