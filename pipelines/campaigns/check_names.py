"""Whether what a scenario names is there: columns, segments, dates, other scenarios, rules of repetition."""

from collections.abc import Iterator
from difflib import get_close_matches

from pipelines.campaigns.columns import columns, segments
from pipelines.campaigns.findings import Finding
from pipelines.campaigns.predicates import NotACondition, compiled
from pipelines.campaigns.reading import Campaigns, File
from pipelines.campaigns.schedules import wrong_rule
from pipelines.campaigns.schema import Scenario
from pipelines.campaigns.yaml_text import Place
from pipelines.settings import settings


def findings(file: File, campaigns: Campaigns, events: set[str] | None) -> Iterator[Finding]:
    """What is named and not there. `events` are those that ever happened, if that is known."""
    scenario: Scenario = file.content
    for place, condition, relation in _conditions(scenario):
        try:
            compiled(condition, relation, relation)
        except NotACondition as refusal:
            yield Finding(refusal.code, file.name, file.line(*place), refusal.values)
    for place, segment in _segments(scenario):
        if segment not in segments():
            yield Finding("unknown_segment", file.name, file.line(*place), {"segment": segment, "near": near(segment, segments())})
    for place, event in _events(scenario) if events else ():
        if event not in events:
            yield Finding("unknown_event", file.name, file.line(*place), {"event": event, "near": near(event, events)})
    yield from _untold(file, events) if events else ()
    if scenario.entry.date:
        dates = [name for name, kind in columns("customer").items() if kind in ("date", "timestamp")]
        if (column := scenario.entry.date.attribute) not in dates:
            yield Finding("not_a_date", file.name, file.line("entry", "date", "attribute"), {"column": column, "near": near(column, dates)})
    endpoints = settings().sending.webhook.endpoints if settings().sending.webhook else {}
    for number, step in enumerate(scenario.steps):
        if step.webhook and step.webhook.endpoint not in endpoints:
            values = {"step": step.id, "endpoint": step.webhook.endpoint, "near": near(step.webhook.endpoint, endpoints)}
            yield Finding("unknown_endpoint", file.name, file.line("steps", number, "webhook", "endpoint"), values)
        for member, column in step.webhook.payload.items() if step.webhook else ():
            if column not in columns("customer"):
                values = {"column": column, "relation": "customer", "near": near(column, columns("customer"))}
                yield Finding("condition_column", file.name, file.line("steps", number, "webhook", "payload", member), values)
    if scenario.goal:
        try:
            compiled(f"{scenario.goal.value} > 0", "event", "event")
        except NotACondition:
            yield Finding("not_a_worth", file.name, file.line("goal", "value"), {"column": scenario.goal.value})
    if scenario.entry.schedule and (problem := wrong_rule(scenario.entry.schedule)):
        yield Finding("rrule", file.name, file.line("entry", "schedule", "rrule"), {"problem": problem})
    yield from _entering(file, campaigns)


def _untold(file: File, events: set[str]) -> Iterator[Finding]:
    """Waits for a delivery by channels of which nobody ever told one: they would always last until their deadline."""
    channels = {step.id: step.send.channel for step in file.content.steps if step.send}
    for kind, place, guard in _listeners(file.content):
        if kind == "guard" and guard.delivery == "delivered":
            asked = sorted({channel for step in guard.of for channel in channels.get(step, [])})
            if silent := [channel for channel in asked if f"{channel}_delivered" not in events]:
                yield Finding("untold_delivery", file.name, file.line(*place), {"channels": ", ".join(silent)})


def _entering(file: File, campaigns: Campaigns) -> Iterator[Finding]:
    """Other scenarios that a step begins: there, awake, and not leading back."""
    for number, step in enumerate(file.content.steps):
        if not step.enter:
            continue
        line = file.line("steps", number, "enter")
        if step.enter not in campaigns.files:
            known = {*campaigns.files, *campaigns.refused} - {step.enter}
            yield Finding("unknown_scenario", file.name, line, {"step": step.id, "named": step.enter, "near": near(step.enter, known)})
            continue
        circle = _way_back(campaigns, [file.content.scenario, step.enter])
        if circle:
            yield Finding("enter_circle", file.name, line, {"circle": " → ".join(circle)})
        status = campaigns.files[step.enter].content.status
        if status != "live" and file.content.status == "live":
            yield Finding("enter_asleep", file.name, line, {"step": step.id, "named": step.enter, "status": status})


def _way_back(campaigns: Campaigns, way: list[str]) -> list[str]:
    """The shortest continuation of the way that comes back to its beginning."""
    waiting, seen = [way], set()
    while waiting:
        way = waiting.pop(0)
        if way[-1] == way[0]:
            return way
        if way[-1] not in seen and way[-1] in campaigns.files:
            seen.add(way[-1])
            waiting += [[*way, step.enter] for step in campaigns.files[way[-1]].content.steps if step.enter]
    return []


def _conditions(scenario: Scenario) -> Iterator[tuple[Place, str, str]]:
    """Every condition with its place and what it is about."""
    given = [(("entry", "where"), scenario.entry.where, "customer")]
    if scenario.entry.event:
        given.append((("entry", "event", "where"), scenario.entry.event.where, "event"))
    for kind, place, guard in _listeners(scenario):
        given.append(((*place, "where"), guard.where, "event" if guard.event or kind == "goal" else "customer"))
    return ((place, condition, relation) for place, condition, relation in given if condition is not None)


def _segments(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    given = [(("entry", "segment"), scenario.entry.segment)]
    if scenario.entry.schedule:
        given.append((("entry", "schedule", "segment"), scenario.entry.schedule.segment))
    for kind, place, guard in _listeners(scenario):
        given += [((*place, key), getattr(guard, key)) for key in ("segment_entered", "segment_left") if kind != "goal"]
    return ((place, segment) for place, segment in given if segment)


def _events(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    given = [(("entry", "event", "event"), scenario.entry.event and scenario.entry.event.event)]
    given += [((*place, "event"), guard.event) for _, place, guard in _listeners(scenario)]
    return ((place, event) for place, event in given if event)


def _listeners(scenario: Scenario) -> Iterator[tuple[str, Place, object]]:
    """Guards, exits and the goal, with their places."""
    for number, step in enumerate(scenario.steps):
        for place, guard in enumerate(step.wait.until if step.wait else []):
            yield "guard", ("steps", number, "wait", "until", place), guard
    for number, way_out in enumerate(scenario.exit):
        yield "exit", ("exit", number), way_out
    if scenario.goal:
        yield "goal", ("goal",), scenario.goal


def near(name: str, known) -> str:
    """Those that come near, or else some of what there is."""
    return ", ".join(get_close_matches(name, sorted(known), n=3, cutoff=0.5) or sorted(known)[:6]) or "-"
