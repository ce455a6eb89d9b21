"""A scenario as a graph: which step leads to which, by what, after how long. Checks, words and pictures all look at this one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pipelines.campaigns.schema import END, Guard, Scenario, Step, Winner

DAY = timedelta(days=1)
PASSING = ("send", "set", "audience", "webhook", "enter")  # kinds of steps that take no time and lead one way


@dataclass(frozen=True)
class Edge:
    """One way on. `takes` is the longest it may take, `at_least` the shortest; `is_at_once` says that it can take no time at all."""

    source: str
    target: str
    by: Literal["next", "guard", "deadline", "arm", "winner"]
    place: int = 0  # of the guard, the arm or the arm compared, from 0
    takes: timedelta = timedelta()
    is_at_once: bool = True
    at_least: timedelta = timedelta()


def edges(scenario: Scenario) -> list[Edge]:
    """All ways on, in the order written."""
    return [edge for step in scenario.steps for edge in _ways(scenario, step)]


def _ways(scenario: Scenario, step: Step) -> Iterator[Edge]:
    if step.wait:
        length = step.wait.for_ + (DAY if step.wait.to else timedelta())
        for place, guard in enumerate(step.wait.until):
            yield Edge(step.id, guard.go, "guard", place, length, is_state(guard) or not step.wait.for_)
        yield Edge(step.id, step.wait.otherwise or scenario.following(step), "deadline", 0, length, not step.wait.for_, step.wait.for_)
    elif step.split:
        for place, arm in enumerate(step.split.arms):
            yield Edge(step.id, step.split.go[arm], "arm", place)
    elif step.winner:
        for place, go in enumerate(compared(scenario, step.winner).values()):
            yield Edge(step.id, go, "winner", place)
    else:
        yield Edge(step.id, scenario.following(step), "next")


def first_message(scenario: Scenario, name: str) -> str | None:
    """The send step that a pass comes to from this step without waiting and without another split."""
    steps, seen = {step.id: step for step in scenario.steps}, set()
    while name in steps and name not in seen and steps[name].kind in PASSING:
        if steps[name].send:
            return name
        seen.add(name)
        name = scenario.following(steps[name])
    return None


def compared(scenario: Scenario, winner: Winner) -> dict[str, str]:
    """The arms of which one may win, in the order written, with the steps they lead to: those that send at once."""
    split = next((step.split for step in scenario.steps if step.id == winner.of), None)
    return {arm: split.go[arm] for arm, weight in split.arms.items() if weight and first_message(scenario, split.go[arm])} if split else {}


def waiting_arms(scenario: Scenario, split: Step) -> set[str]:
    """The arms that lead to the winner of the others. What they get hangs on how the others did, so they are no part of the experiment."""
    winners = {step.id for step in scenario.steps if step.winner and step.winner.of == split.id}
    ways = edges(scenario) if winners else []
    return {arm for arm, go in split.split.go.items() if winners & reachable(ways, go)}


def is_state(guard: Guard) -> bool:
    """Whether a guard asks how things stand, so that it can hold at once, rather than waits for something to happen."""
    return not (guard.event or guard.segment_entered or guard.segment_left or guard.delivery)


def reachable(ways: list[Edge], start: str) -> set[str]:
    """The steps that can be come to from `start`, itself included."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        new = {edge.target for edge in ways if edge.source == here} - seen
        seen |= new
        waiting += new
    return seen


def shortest(ways: list[Edge], start: str) -> dict[str, timedelta]:
    """The steps that can be come to from `start`, each with the shortest time in which it can be."""
    times, waiting = {start: timedelta()}, [start]
    while waiting:
        here = waiting.pop()
        for edge in ways:
            took = times[here] + edge.at_least
            if edge.source == here and took < times.get(edge.target, timedelta.max):
                times[edge.target] = took
                waiting.append(edge.target)
    return times


def loops(scenario: Scenario, ways: list[Edge]) -> list[list[str]]:
    """Groups of steps that lead back to themselves, in the order written."""
    leads = {step.id: {target for edge in ways if edge.source == step.id for target in reachable(ways, edge.target)} for step in scenario.steps}
    found: list[list[str]] = []
    for step in scenario.steps:
        if step.id in leads[step.id] and not any(step.id in loop for loop in found):
            found.append([other.id for other in scenario.steps if other.id in leads[step.id] and step.id in leads[other.id]])
    return found


def paths(scenario: Scenario, ways: list[Edge], most: int = 20_000) -> list[list[Edge]] | None:
    """Every way from the first step to where it ends or comes back to itself; None if there are more than `most`."""
    found: list[list[Edge]] = []
    waiting: list[list[Edge]] = [[edge] for edge in ways if edge.source == scenario.steps[0].id]
    by_source: Callable[[str], list[Edge]] = {step.id: [edge for edge in ways if edge.source == step.id] for step in scenario.steps}.get
    while waiting:
        path = waiting.pop()
        last = path[-1].target
        if last == END or last in {edge.source for edge in path}:
            found.append(path)
        else:
            waiting += [[*path, edge] for edge in by_source(last)]
        if len(found) + len(waiting) > most:
            return None
    return found
