"""Results of campaigns as one page that asks nothing of a network: how far messages came, and each experiment's differences with their intervals."""

from html import escape

from pipelines.campaigns.results import WINNER, Results, amount, heading, reason, sentence, winner
from pipelines.campaigns.texts import local

WIDTH, NAME, RIGHT, ROW = 900, 190, 90, 30
FUNNEL = (
    ("assigned_count", "asked for", "запрошено"), ("eligible_count", "would get it", "могли получить"), ("sent_count", "sent", "отправлено"),
    ("opened_count", "opened", "открыто"), ("clicked_count", "clicked", "переходов"), ("converted_count", "met the goal", "выполнили цель"),
)  # fmt: skip
COLOURS = {"better": "#1b7f5c", "worse": "#b3261e", "no_difference_found": "#5c6370", "too_early": "#b26a00", "not_to_be_trusted": "#7a3fb0"}
STYLE = """
body { font: 15px/1.45 system-ui, "Segoe UI", Arial, sans-serif; color: #222; background: #fff; max-width: 920px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 24px } h2 { font-size: 20px; margin: 2em 0 .3em; border-top: 1px solid #dfe3e8; padding-top: 1em } h3 { font-size: 15px; margin: 1.4em 0 .2em }
svg { display: block; max-width: 100%; height: auto } text { font: 13px system-ui, "Segoe UI", Arial, sans-serif; fill: #222 } .dim { fill: #666 }
table { border-collapse: collapse } td { padding: 1px 12px 1px 0 } td:first-child { text-align: right; font-variant-numeric: tabular-nums } p { margin: .3em 0 }
"""
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>{style}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""


def page(found: list[Results], place: int) -> str:
    """All of them, one after another."""
    title = ("Results of campaigns", "Результаты кампаний")[place]
    return PAGE.format(language=("en", "ru")[place], title=title, style=STYLE, body="".join(_scenario(one, place) for one in found))


def _scenario(one: Results, place: int) -> str:
    parts = [f"<h2>{escape(one.title[place])}</h2><p>{escape(one.scenario)}, {('version', 'версия')[place]} {one.version}</p>"]
    for row in one.steps:
        if not row["holdout"]:
            name = row["step"] + (f" · {row['arm']}" if row["arm"] else "")
            parts.append(f"<h3>{escape(name)}</h3>{_funnel(row, place)}")
    if one.not_sent:
        rows = "".join(f"<tr><td>{local(format(row['messages_count'], ','), place)}</td><td>{escape(reason(row, place))}</td></tr>" for row in one.not_sent)
        parts.append(f"<h3>{('Who did not get it, and why', 'Кто не получил и почему')[place]}</h3><table>{rows}</table>")
    parts += [f"<p><b>{WINNER[place]}</b> {escape(winner(row, place))}</p>" for row in one.winners]
    for rows in one.experiments:
        parts.append(f"<h3>{escape(heading(rows, place))}</h3>{_intervals(rows, place)}")
        parts += [f"<p><b>{escape(row['arm'])}</b>: {escape(sentence(row, place))}</p>" for row in rows if not row["is_control"]]
    return "".join(parts)


def _funnel(row: dict, place: int) -> str:
    """Bars to one scale, the number asked for."""
    most, bars = max(row["assigned_count"], row["sent_count"], 1), []
    for number, (key, *names) in enumerate(FUNNEL):
        y, length = number * 22, max((WIDTH - NAME - RIGHT) * row[key] / most, 1)
        share = local(f"{row[key]:,}", place) + (f" ({100 * row[key] / row['assigned_count']:.0f} %)" if number and row["assigned_count"] else "")
        bars.append(
            f'<text x="{NAME - 10}" y="{y + 15}" text-anchor="end" class="dim">{names[place]}</text>'
            f'<rect x="{NAME}" y="{y + 3}" width="{length:.1f}" height="16" rx="2" fill="#1f6fb2"/><text x="{NAME + length + 6:.1f}" y="{y + 15}">{share}</text>'
        )
    return f'<svg viewBox="0 0 {WIDTH} {22 * len(FUNNEL) + 4}" role="img">{"".join(bars)}</svg>'


def _intervals(rows: list[dict], place: int) -> str:
    """A dot and its interval per arm, over one scale that holds 0; the control is the line at 0."""
    told = [row for row in rows if row["difference"] is not None]
    if not told:
        return ""
    low, high = min(0, *(row["difference_low"] for row in told)), max(0, *(row["difference_high"] for row in told))
    scale = (WIDTH - NAME - RIGHT - 20) / ((high - low) or 1)

    def x(value: float) -> float:
        return NAME + 10 + (value - low) * scale

    control, bottom = rows[0], ROW * len(told) + 4
    drawn = [f'<line x1="{x(0):.1f}" y1="0" x2="{x(0):.1f}" y2="{bottom}" stroke="#8a93a0" stroke-dasharray="4 4"/>']
    for number, row in enumerate(told):
        y, colour = number * ROW + 18, COLOURS[row["verdict"]]
        drawn.append(
            f'<text x="{NAME - 10}" y="{y + 4}" text-anchor="end">{escape(row["arm"])} {amount(row, row["value"], place)}</text>'
            f'<line x1="{x(row["difference_low"]):.1f}" y1="{y}" x2="{x(row["difference_high"]):.1f}" y2="{y}" stroke="{colour}" stroke-width="3"/>'
            f'<circle cx="{x(row["difference"]):.1f}" cy="{y}" r="5" fill="{colour}"/>'
            f'<text x="{x(row["difference"]):.1f}" y="{y - 8}" text-anchor="middle">{amount(row, row["difference"], place, signed=True)}</text>'
        )
    ends = "".join(
        f'<text x="{x(value):.1f}" y="{bottom + 14}" text-anchor="middle" class="dim">{amount(row, value, place, signed=True)}</text>' for value in (low, high)
    )
    base = f"{control['arm']} {amount(control, control['value'], place)}" if control["is_control"] else ""
    drawn.append(f'{ends}<text x="{x(0):.1f}" y="{bottom + 30}" text-anchor="middle" class="dim">{escape(base)}</text>')
    return f'<svg viewBox="0 0 {WIDTH} {bottom + 36}" role="img" aria-label="{("differences and their intervals", "разницы и их интервалы")[place]}">{"".join(drawn)}</svg>'
