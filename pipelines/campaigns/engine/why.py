"""What became of a customer in a scenario: every pass, every step, every message with the reason, in words."""

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.scratch import NotAnswered
from pipelines.campaigns.phrases import MEASURES
from pipelines.campaigns.tables import REASONS
from pipelines.campaigns.texts import local

WORDS = {
    # outcome: (English, Russian)
    "asked": ("message asked for", "запрошено сообщение"),
    "split": ("fell into arm {arm}", "попал в ветвь {arm}"),
    "winner": ("goes on as arm {arm}: {scores}", "продолжает как ветвь {arm}: {scores}"),
    "done": ("done", "выполнено"),
    "deadline": ("nothing happened until the deadline", "до срока ничего не произошло"),
    "guard": ("listened for no. {number}, which happened first", "сработало условие № {number}"),
    "exit": ("left: an exit came true", "вышел: сработало условие выхода"),
    "merged": ("ended: it turned out to be one customer with an earlier pass", "завершено: оказался одним клиентом с более ранним прохождением"),
    "exhausted": ("ended: came here as often as allowed", "завершено: исчерпано число посещений шага"),
}
ATTEMPTS = {
    # outcome: (English, Russian)
    "accepted": ("taken by the provider", "принято провайдером"),
    "deferred": ("put off, tried again later", "отложено, будет повторено"),
    "failed": ("refused for good", "отказано окончательно"),
    "unknown": ("in doubt: the provider may have it", "неизвестно: возможно, провайдер его принял"),
    "dry_run": ("only written: dry run", "только составлено: пробный режим"),
}
PASSES = """
select entries.entry_id, entries.version, entries.entered_at, entries.occurrence, entries.holdout, entries.customer_id
from communications.entries where scenario = $scenario and customer_id in (
    select $customer union select old_customer_id from input_redirects where customer_id in (select customer_id from input_redirects where old_customer_id = $customer)
) order by entered_at, entry_id
"""
# What each arm had come to at a choice, for `won`.
SCORES = "list({'arm': arm, 'measure': measure, 'sent': sent_count, 'answered': answered_count, 'is_winner': is_winner} order by is_winner desc, arm)"
STEPS = f"""
select transitions.step, left_at, outcome, transitions.arm, next_step, scores
from communications.transitions inner join communications.entries using (entry_id)
left join (
    select scenario, version, step, slot, decided_at,
        {SCORES} as scores
    from communications.winners group by all
) as winners
    on outcome = 'winner' and entries.scenario = winners.scenario and entries.version = winners.version and transitions.step = winners.step
    and left_at = decided_at and slot in ('', occurrence)
where entry_id = ? order by position
"""
MESSAGES = """
select decisions.step, decisions.channel, decisions.due_at, decisions.reason, decisions.detail, outbox.release_at, cancellations.reason, attempts.outcome, attempts.diagnostic
from communications.decisions as decisions
left join communications.outbox as outbox on decisions.message_id = outbox.message_id and not outbox.is_phantom
left join (select message_id, min(reason) as reason from communications.cancellations group by all) as cancellations on decisions.message_id = cancellations.message_id
left join (select message_id, max_by(outcome, attempt) as outcome, max_by(diagnostic, attempt) as diagnostic from communications.attempts group by all) as attempts on decisions.message_id = attempts.message_id
where decisions.entry_id = ? order by decisions.due_at, decisions.step
"""


@dataclass(frozen=True)
class Pass:
    """One pass, told in lines: (moment, step, text)."""

    version: int
    entered_at: datetime
    occurrence: str
    was: str
    holdout: str | None
    lines: list[tuple[datetime, str, str]]


def why(connection: DuckDBPyConnection, customer: str, scenario: str, *, russian: bool = False) -> list[Pass]:
    """By any id the customer has or had. Empty if the customer never entered; `NotAnswered` if there is no such customer."""
    if not connection.execute("select count(*) from input_redirects where old_customer_id = $customer", {"customer": customer}).fetchone()[0]:
        raise NotAnswered(f"There is no customer {customer!r}, and there never was")
    place, found = int(russian), []
    for entry_id, version, entered_at, occurrence, holdout, was in connection.execute(PASSES, {"customer": customer, "scenario": scenario}).fetchall():
        lines = [
            (left_at, step, (won(scores, place) if scores else _step(outcome, arm, place)) + f" → {following}")
            for step, left_at, outcome, arm, following, scores in connection.execute(STEPS, [entry_id]).fetchall()
        ]
        lines += [
            (due_at, step, _message(row, place))
            for step, *row, due_at in ((one[0], *one, one[2]) for one in connection.execute(MESSAGES, [entry_id]).fetchall())
        ]
        found.append(Pass(version, entered_at, occurrence, was, holdout, sorted(lines, key=lambda line: line[0])))
    return found


def _step(outcome: str, arm: str | None, place: int) -> str:
    kind, _, number = outcome.partition("_")
    return WORDS[kind if kind == "guard" else outcome][place].format(arm=arm, number=number)


def won(scores: list[dict], place: int) -> str:
    """Which arm won and with what shares; that it was the first, if there was no difference. The winner stands first."""
    best, measure = scores[0], MEASURES[scores[0]["measure"]][place]
    said = [("{arm}: {share}% of {sent} sent were {measure}", "{arm}: {measure} {share} % из {sent} отправленных")[place].format(
        arm=one["arm"], share=local(format(100 * one["answered"] / one["sent"], ".1f"), place), sent=one["sent"], measure=measure) if one["sent"]
        else ("{arm}: nothing sent", "{arm}: ничего не отправлено")[place].format(arm=one["arm"]) for one in scores]  # fmt: skip
    rates = [one["answered"] / one["sent"] if one["sent"] else -1 for one in scores]
    if max(rates[1:], default=-2) == rates[0]:
        said.append(("no difference, so the first in the file", "разницы нет, поэтому первая в файле")[place])
    return WORDS["winner"][place].format(arm=best["arm"], scores="; ".join(said))


def _message(row: tuple, place: int) -> str:
    _, channel, _, reason, detail, release_at, cancelled, attempt, diagnostic = row
    parts = [channel or "", REASONS[reason][place] + (f" ({detail})" if detail else "")]
    if release_at:
        parts.append(("not before {}", "не раньше {}")[place].format(f"{release_at:%Y-%m-%d %H:%M}"))
    if cancelled:
        parts.append(REASONS["cancelled"][place] + ": " + REASONS.get(cancelled, (cancelled, cancelled))[place])
    if attempt:
        own, _, about = (diagnostic or "").partition(": ")  # of a message that could not be written or skipped itself
        parts.append(REASONS[own][place] + f" ({about})" if own in REASONS else ATTEMPTS[attempt][place] + (f" ({diagnostic})" if diagnostic else ""))
    return ", ".join(part for part in parts if part)
