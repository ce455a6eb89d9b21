"""Scenarios as tables, so that one query moves the passes of all of them: steps, guards, arms, arms compared, and the patterns that guards listen for.

A pass stays on the version it began with: a version is written down when it is first evaluated, and read back from then on.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipelines.campaigns.graph import compared, first_message, waiting_arms
from pipelines.campaigns.schema import END, Exit, Goal, Guard, Policy, Scenario, Step

CompileWhere = Callable[[str, str, str], str]
EXIT_PLACE, RECALL = -1, "recall"

STEPS = "scenario varchar, version int, step varchar, kind varchar, next varchar, max_visits int, is_first boolean, is_zero boolean, seconds bigint, until_time varchar, spec varchar"
GUARDS = "scenario varchar, version int, step varchar, place int, pattern int, of_steps varchar[], go varchar, is_state boolean, is_zero boolean"
ARMS = "scenario varchar, version int, step varchar, arm varchar, salt varchar, low bigint, high bigint, total bigint, go varchar, phantom_step varchar"
COMPARED = """scenario varchar, version int, step varchar, place int, arm varchar, sends varchar, go varchar, measure varchar, events varchar[],
    condition varchar, within_seconds bigint"""
PATTERNS = "pattern int, kind varchar, name varchar, condition varchar, looks_back boolean"
VERSIONS = """scenario varchar, version int, is_live boolean, is_current boolean, purpose varchar, priority int, reentry varchar, reentry_seconds bigint,
    concurrent boolean, global_holdout boolean, local_share double, quiet_from varchar, quiet_to varchar, listens_to_decisions boolean, has_loops boolean,
    is_scheduled boolean, enters boolean, may_try boolean, may_enter_try boolean"""


def compiled(expression: str, relation: str, alias: str) -> str:
    """A condition as SQL over `relation` under this alias: true or false, never null."""
    try:
        from pipelines.campaigns import predicates
    except ImportError:
        return f"coalesce(({expression}), false)"
    return predicates.compiled(expression, relation, alias)


def definition_hash(scenario: Scenario) -> str:
    """Of what running passes depend on: who may change the title, the approval or the state need not raise the version."""
    content = scenario.model_dump(mode="json", by_alias=True, exclude={"title", "status", "approved_by", "priority"})
    return hashlib.md5(json.dumps(content, sort_keys=True).encode()).hexdigest()


def register(connection: DuckDBPyConnection, scenarios: Iterable[Scenario], tick_at: datetime) -> None:
    """Writes down each live version that is evaluated for the first time."""
    known = set(connection.execute("select scenario, version from communications.scenarios").fetchall())
    for one in scenarios:
        if one.status == "live" and (one.scenario, one.version) not in known:
            values = [one.scenario, one.version, definition_hash(one), one.model_dump_json(by_alias=True), one.purpose, one.priority, tick_at]
            connection.execute("insert into communications.scenarios values (?, ?, ?, ?, ?, ?, ?)", values)


def load(connection: DuckDBPyConnection, scenarios: Iterable[Scenario], policy: Policy) -> list[Scenario]:
    """Temporary tables `steps`, `guards`, `arms`, `compared`, `patterns`, `versions` of every version ever evaluated. Returns the versions that may be entered now."""
    now = {one.scenario: one for one in scenarios}
    stored = [
        Scenario.model_validate_json(text)
        for (text,) in connection.execute("select definition from communications.scenarios order by scenario, version").fetchall()
    ]
    patterns, trying = Patterns(), _trying(stored)
    rows: dict[str, list[dict]] = {"steps": [], "guards": [], "arms": [], "compared": [], "versions": []}
    for one in stored:
        file = now.get(one.scenario)
        is_live = file is not None and file.status == "live"
        rows["versions"].append(_version(one, file or one, policy, trying) | {"is_live": is_live, "is_current": is_live and file.version == one.version})
        rows["steps"] += [_step(one, step) for step in one.steps]
        rows["guards"] += _guards(one, patterns)
        rows["arms"] += [row for step in one.steps if step.split for row in _arms(one, step)]
        rows["compared"] += [row for step in one.steps if step.winner for row in _compared(one, step)]
    rows["patterns"] = patterns.rows()
    for table, columns in {"steps": STEPS, "guards": GUARDS, "arms": ARMS, "compared": COMPARED, "patterns": PATTERNS, "versions": VERSIONS}.items():
        connection.execute(f"create or replace temp table {table} ({columns})")
        if rows[table]:
            connection.register("given_rows", pa.Table.from_pylist(rows[table]))
            connection.execute(f"insert into {table} by name from given_rows")
            connection.unregister("given_rows")
    current = {one.scenario: one for one in stored if one.scenario in now and now[one.scenario].status == "live" and now[one.scenario].version == one.version}
    return [current[name] for name in sorted(current)]


class Patterns:
    """Numbers for what guards listen for: the same pattern in many guards is looked for once."""

    def __init__(self) -> None:
        self._known: dict[tuple, int] = {}
        self._looking_back: set[int] = set()

    def number(self, kind: str, name: str | None, condition: str | None, *, looks_back: bool) -> int:
        number = self._known.setdefault((kind, name, condition), len(self._known) + 1)
        if looks_back:
            self._looking_back.add(number)
        return number

    def rows(self) -> list[dict]:
        return [{"pattern": number, "kind": kind, "name": name, "condition": condition, "looks_back": number in self._looking_back}
                for (kind, name, condition), number in self._known.items()]  # fmt: skip


def _trying(stored: list[Scenario]) -> set[str]:
    """The scenarios whose passes may try the arms of a split that has a winner, in their own or in one that they enter."""
    found = {one.scenario for one in stored if any(step.winner for step in one.steps)}
    for _ in stored if found else ():
        found |= {one.scenario for one in stored if any(step.enter in found for step in one.steps)}
    return found


def _version(one: Scenario, file: Scenario, policy: Policy, trying: set[str]) -> dict:
    reentry, quiet = one.entry.reentry, one.quiet_hours or policy.quiet_hours
    is_advertising = one.purpose != "transactional"
    return {
        "scenario": one.scenario, "version": one.version, "purpose": one.purpose, "priority": file.priority, "concurrent": one.entry.concurrent,
        "reentry": reentry if isinstance(reentry, str) else "after", "reentry_seconds": 0 if isinstance(reentry, str) else int(reentry.after.total_seconds()),
        "global_holdout": is_advertising and one.holdout.global_, "local_share": one.holdout.share if is_advertising else 0.0,
        "quiet_from": str(quiet.from_) if is_advertising else None, "quiet_to": str(quiet.to) if is_advertising else None,
        "listens_to_decisions": any(guard.delivery == "held_back" for step in one.steps if step.wait for guard in step.wait.until),
        "has_loops": any(step.max_visits > 1 for step in one.steps),
        "is_scheduled": one.entry.schedule is not None, "enters": any(step.enter for step in one.steps),
        "may_try": one.scenario in trying, "may_enter_try": any(step.enter in trying for step in one.steps),
    }  # fmt: skip


def _step(one: Scenario, step: Step) -> dict:
    wait = step.wait
    following = (wait.otherwise if wait else None) or one.following(step)
    part = getattr(step, step.kind)
    length = wait.for_ if wait else step.send.expires_after if step.send else None
    return {
        "scenario": one.scenario, "version": one.version, "step": step.id, "kind": step.kind, "next": following, "max_visits": step.max_visits,
        "is_first": step is one.steps[0], "is_zero": bool(wait and not wait.for_ and not wait.to), "seconds": int(length.total_seconds()) if length is not None else None,
        "until_time": str(wait.to) if wait and wait.to else None, "spec": part if isinstance(part, str) else part.model_dump_json(by_alias=True),
    }  # fmt: skip


def _guards(one: Scenario, patterns: Patterns) -> list[dict]:
    """Those of the waits; exits listen at every wait, and exits and the goal also call back what is queued."""
    waits = [
        (step.id, place, guard, guard.go, not step.wait.for_ and not step.wait.to)
        for step in one.steps
        if step.wait
        for place, guard in enumerate(step.wait.until)
    ]
    exits = [(None, EXIT_PLACE, part, END, False) for part in one.exit]
    recalls = [(None, EXIT_PLACE, part, RECALL, False) for part in (*one.exit, *([one.goal] if one.goal else []))]
    found = []
    for step, place, part, go, is_zero in (*waits, *exits, *recalls):
        kind, name = _kind(part)
        of = list(getattr(part, "of", []))
        number = patterns.number(kind, name, part.where if kind in ("event", "state") else None, looks_back=bool(of) or is_zero or kind == "delivery")
        found.append({"scenario": one.scenario, "version": one.version, "step": step, "place": place, "pattern": number, "of_steps": of, "go": go,
                      "is_state": kind == "state", "is_zero": is_zero})  # fmt: skip
    return found


def _kind(part: Guard | Exit | Goal) -> tuple[str, str | None]:
    for kind in ("event", "segment_entered", "segment_left", "delivery"):
        if name := getattr(part, kind, None):
            return kind, name
    return "state", None


def _arms(one: Scenario, step: Step) -> list[dict]:
    """Buckets 0 … total-1 in the order written. An arm that begins with no message stands beside the first message of another arm, unless it waits for the winner."""
    split, low, found, waiting = step.split, 0, [], waiting_arms(one, step)
    messages = {arm: first_message(one, split.go[arm]) for arm in split.arms}
    other = next((message for message in messages.values() if message), None)
    for arm, weight in split.arms.items():
        is_control = split.experiment and not messages[arm] and arm not in waiting
        found.append({"scenario": one.scenario, "version": one.version, "step": step.id, "arm": arm, "salt": split.salt or f"{one.scenario}.{step.id}",
                      "low": low, "high": low + weight, "total": sum(split.arms.values()), "go": split.go[arm],
                      "phantom_step": other if is_control else None})  # fmt: skip
        low += weight
    return found


def _compared(one: Scenario, step: Step) -> list[dict]:
    """Each arm with the message it is judged by, and the events that count for it."""
    sends, found, goal = {other.id: other.send for other in one.steps}, [], one.goal if step.winner.by == "converted" else None
    for place, (arm, go) in enumerate(compared(one, step.winner).items()):
        message = first_message(one, go)
        events = [goal.event] if goal else [f"{channel}_{step.winner.by}" for channel in sends[message].channel]
        found.append({"scenario": one.scenario, "version": one.version, "step": step.id, "place": place, "arm": arm, "sends": message, "go": go,
                      "measure": step.winner.by, "events": events, "condition": goal and goal.where,
                      "within_seconds": goal and int(goal.within.total_seconds())})  # fmt: skip
    return found
