"""Whether a scenario and the policy go together: purpose and approval, quiet hours, caps, holdouts; and the policy by itself."""

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from pipelines.campaigns.check_names import near
from pipelines.campaigns.findings import Finding
from pipelines.campaigns.graph import Edge, edges, paths, reachable
from pipelines.campaigns.reading import Campaigns, File
from pipelines.campaigns.schema import Cap, Policy, QuietHours, Scenario, Step
from pipelines.campaigns.texts import length

ARMS = 4


def policy_findings(campaigns: Campaigns) -> Iterator[Finding]:
    """What is wrong with the policy itself."""
    policy, file = campaigns.policy, campaigns.policy_file

    def at(*place: str | int) -> tuple[str, int]:
        return (file.name, file.line(*place)) if file else (f"{campaigns.folder.name}/policy.yml", 1)

    zones = zoneinfo.available_timezones()
    if policy.time_zone not in zones:
        yield Finding("time_zone", *at("time_zone"), {"zone": policy.time_zone, "near": near(policy.time_zone, zones)})
    if policy.quiet_hours.from_ == policy.quiet_hours.to:
        yield Finding("quiet_same", *at("quiet_hours"), {"at": f"{policy.quiet_hours.to:%H:%M}"})
    if not policy.locales:
        yield Finding("no_locales", *at("locales"))
    for number, cap in enumerate(policy.caps):
        if cap.name in [other.name for other in policy.caps[:number]]:
            yield Finding("cap_twice", *at("caps", number), {"cap": cap.name})


def findings(file: File, policy: Policy) -> Iterator[Finding]:
    """What the policy and the purpose say against a scenario."""
    scenario: Scenario = file.content
    if scenario.status == "live" and scenario.purpose == "marketing" and not (scenario.approved_by or "").strip():
        yield Finding("unapproved", file.name, file.line("status"))
    if scenario.purpose == "transactional" and scenario.holdout.share:
        yield Finding("holdout_transactional", file.name, file.line("holdout", "share"), {"share": f"{scenario.holdout.share:.0%}"})
    repeats = (scenario.entry.schedule and scenario.entry.schedule.rrule) or (scenario.entry.date and scenario.entry.date.every == "year")
    if repeats and scenario.entry.reentry == "once":
        yield Finding("once_only", file.name, file.line("entry", "reentry"))
    for number, way_out in enumerate(scenario.exit):
        kinds = [kind for kind in (way_out.event, way_out.segment_left, way_out.segment_entered) if kind]
        if len(kinds) > 1 or not (kinds or way_out.where):
            yield Finding("exit_one_of", file.name, file.line("exit", number))
    for number, step in enumerate(scenario.steps):
        yield from _step(file, step, file.line("steps", number))
    quiet = scenario.quiet_hours or policy.quiet_hours
    if scenario.quiet_hours and quiet.from_ == quiet.to:
        yield Finding("quiet_same", file.name, file.line("quiet_hours"), {"at": f"{quiet.to:%H:%M}"})
    elif scenario.purpose == "marketing":
        yield from _quiet(file, policy, quiet)
        yield from _caps(file, policy)


def _step(file: File, step: Step, line: int) -> Iterator[Finding]:
    purpose = file.content.purpose
    if step.audience and bool(step.audience.add) == bool(step.audience.remove):
        yield Finding("audience_one_of", file.name, line, {"step": step.id})
    if step.audience and purpose != "ads_matching":
        yield Finding("audience_purpose", file.name, line, {"step": step.id, "purpose": purpose})
    if step.send and purpose == "ads_matching":
        yield Finding("send_purpose", file.name, line, {"step": step.id})
    if step.split and step.split.experiment and len(step.split.arms) > ARMS:
        yield Finding("many_arms", file.name, line, {"step": step.id, "count": str(len(step.split.arms))})


def _quiet(file: File, policy: Policy, quiet: QuietHours) -> Iterator[Finding]:
    """Messages that expire before quiet hours end: always, or if they fall due when these begin."""
    scenario: Scenario = file.content
    for number, step in enumerate(scenario.steps):
        expires = step.send and (step.send.expires_after if step.send.expires_after is not None else policy.expires_after)
        if not step.send or until(quiet.from_, quiet.to) <= expires:
            continue
        due = _times_of_day(scenario, step.id)
        values = {"step": step.id, "to": f"{quiet.to:%H:%M}", "quiet": length(until(quiet.from_, quiet.to)), "expires": length(expires)}
        if due and all(until(quiet.from_, at) < until(quiet.from_, quiet.to) and until(at, quiet.to) > expires for at in due):
            yield Finding("quiet_never", file.name, file.line("steps", number), values | {"at": f"{min(due):%H:%M}"})
        else:
            yield Finding("quiet_expires", file.name, file.line("steps", number), values)


def until(start: time, end: time) -> timedelta:
    """From one time of day to the next other one."""
    gap = datetime.combine(datetime.min, end) - datetime.combine(datetime.min, start)
    return gap if gap >= timedelta() else gap + timedelta(days=1)


def _times_of_day(scenario: Scenario, step: str) -> set[time]:
    """The times of day at which a step is come to, if all of them are fixed; else none."""
    ways = edges(scenario)
    at_once = [edge for edge in ways if edge.is_at_once and not edge.takes]
    found: set[time | None] = set()
    if step in reachable(at_once, scenario.steps[0].id):
        entry = scenario.entry
        found.add(entry.date.at if entry.date else entry.schedule.at.time() if entry.schedule else None)
    for edge in ways:
        if edge not in at_once and step in reachable(at_once, edge.target):
            wait = next(one.wait for one in scenario.steps if one.id == edge.source)
            found.add(wait.to if edge.by == "deadline" else None)
    return set() if None in found else {at for at in found if at}


def _caps(file: File, policy: Policy) -> Iterator[Finding]:
    """Steps that send too soon after as many others on every way to them, however slowly the ways are gone."""
    scenario: Scenario = file.content
    ways = paths(scenario, edges(scenario))
    for cap in policy.caps if ways is not None else []:
        free, met = set(), set()
        for way in ways:
            sent: list[timedelta] = []
            for moment, step in _visits(scenario, way):
                if step.send and (not cap.channels or set(step.send.channel) <= set(cap.channels)):
                    met.add(step.id)
                    if sum(moment - before < cap.within for before in sent) < cap.at_most:
                        free.add(step.id)
                        sent.append(moment)
        for number, step in enumerate(scenario.steps):
            if step.id in met - free:
                yield Finding("capped_always", file.name, file.line("steps", number), _cap_values(step, cap))


def _visits(scenario: Scenario, way: list[Edge]) -> Iterator[tuple[timedelta, Step]]:
    """The steps of a way, each with the latest time since entering."""
    by_id, moment = {step.id: step for step in scenario.steps}, timedelta()
    for edge in way:
        yield moment, by_id[edge.source]
        moment += edge.takes


def _cap_values(step: Step, cap: Cap) -> dict[str, str]:
    return {"step": step.id, "cap": cap.name, "at_most": str(cap.at_most), "within": length(cap.within)}
