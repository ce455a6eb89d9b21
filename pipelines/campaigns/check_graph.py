"""Whether the steps of a scenario hang together: reached, left again, no loop without time, no listening in vain."""

from collections.abc import Iterator

from pipelines.campaigns.findings import Finding
from pipelines.campaigns.graph import edges, is_state, loops, reachable
from pipelines.campaigns.reading import File
from pipelines.campaigns.schema import END, Scenario


def findings(file: File) -> Iterator[Finding]:
    """What is wrong with the graph."""
    scenario: Scenario = file.content
    place = {step.id: number for number, step in enumerate(scenario.steps)}
    ways = edges(scenario)

    def at(step: str, *part: str | int) -> tuple[str, int]:
        return file.name, file.line("steps", place[step], *part)

    reached = reachable(ways, scenario.steps[0].id)
    for step in scenario.steps:
        if step.id not in reached:
            yield Finding("dead_step", *at(step.id), {"step": step.id})
    for loop in loops(scenario, [edge for edge in ways if edge.is_at_once]):
        yield Finding("loop_without_wait", *at(loop[0]), {"steps": ", ".join(loop)})
    for loop in loops(scenario, ways):
        if END not in reachable(ways, loop[0]):
            yield Finding("no_end", *at(loop[0]), {"step": loop[0]})
        for step in loop:
            if scenario.steps[place[step]].max_visits == 1:
                yield Finding("loop_without_visits", *at(step), {"step": step})
    yield from _listening(file, ways, at)


def _listening(file: File, ways: list, at) -> Iterator[Finding]:
    """Waits for answers to messages that cannot have gone out, and waits of no length."""
    scenario: Scenario = file.content
    sends = {step.id for step in scenario.steps if step.send}
    for step in scenario.steps:
        for number, guard in enumerate(step.wait.until if step.wait else []):
            where = at(step.id, "wait", "until", number)
            if guard.delivery and not guard.of:
                yield Finding("of_without_message", *where, {"part": f"delivery: {guard.delivery}"})
            if guard.of and not (guard.event or guard.delivery):
                yield Finding("of_in_vain", *where)
            if not is_state(guard) and not guard.delivery and not step.wait.for_ and not step.wait.to:
                yield Finding("no_time_to_listen", *where, {"step": step.id})
            for named in guard.of:
                if named not in sends:
                    yield Finding("of_no_send", *where, {"named": named, "sends": ", ".join(sorted(sends)) or "-"})
                elif step.id not in reachable(ways, named):
                    yield Finding("of_later", *where, {"step": step.id, "named": named})
    if scenario.entry.event and scenario.entry.event.of:
        yield Finding("of_in_vain", file.name, file.line("entry", "event", "of"))
