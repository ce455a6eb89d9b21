"""Whether a `winner` can be told: a split before it, time to answer in between, arms that send, answers that somebody tells of."""

from collections.abc import Iterator
from datetime import timedelta

from pipelines.campaigns.findings import Finding
from pipelines.campaigns.graph import compared, edges, first_message, reachable, shortest, waiting_arms
from pipelines.campaigns.reading import File
from pipelines.campaigns.schema import Policy, Scenario, Step

BETWEEN_RUNS = timedelta(days=1)  # the messages of a test go out with the run after the split


def findings(file: File, policy: Policy) -> Iterator[Finding]:
    """What is wrong with the winners of a scenario."""
    scenario: Scenario = file.content
    splits = {step.id: step for step in scenario.steps if step.split}
    for number, step in enumerate(scenario.steps):
        if not step.winner:
            continue
        line = file.line("steps", number, "winner")
        if step.winner.of not in splits:
            yield Finding("winner_of_no_split", file.name, line, {"named": step.winner.of, "splits": ", ".join(splits) or "-"})
        else:
            yield from _order(file, step, line, policy)
            yield from _arms(file, step, splits[step.winner.of], line)


def _order(file: File, step: Step, line: int, policy: Policy) -> Iterator[Finding]:
    """After the split on every way, and some time after it."""
    scenario, of = file.content, step.winner.of
    ways, values = edges(scenario), {"step": step.id, "named": of}
    around = reachable([edge for edge in ways if edge.source != of], scenario.steps[0].id)
    if step.id not in reachable(ways, of) or step.id in around:
        yield Finding("winner_not_after", file.name, line, values)
    elif step.id in reachable([edge for edge in ways if edge.is_at_once], of):
        yield Finding("winner_without_wait", file.name, line, values)
    elif shortest(ways, of)[step.id] < BETWEEN_RUNS + policy.lateness:
        yield Finding("winner_before_answers", file.name, line, values)


def _arms(file: File, step: Step, split: Step, line: int) -> Iterator[Finding]:
    """At least two that send, by channels of which the answer is told, and none of them waiting for itself."""
    scenario: Scenario = file.content
    ways, arms, sends = edges(scenario), compared(scenario, step.winner), {one.id: one.send for one in scenario.steps if one.send}
    if len(arms) < 2:
        yield Finding("winner_of_few", file.name, line, {"named": split.id, "arms": ", ".join(arms) or "-"})
    for arm, go in arms.items():
        if step.id in reachable(ways, go):
            yield Finding("winner_again", file.name, line, {"step": step.id, "arm": arm})
    if split.split.control in waiting_arms(scenario, split):
        yield Finding("winner_control", file.name, line, {"named": split.id, "arm": split.split.control})
    if step.winner.by == "converted" and not scenario.goal:
        yield Finding("winner_without_goal", file.name, line)
    channels = sorted({channel for go in arms.values() for channel in sends[first_message(scenario, go)].channel} - {"email"})
    if step.winner.by == "opened" and channels:
        yield Finding("winner_unopened", file.name, line, {"channels": ", ".join(channels)})
