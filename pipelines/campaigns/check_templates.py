"""Whether the texts of a scenario are there and right: what is in a template is judged by `pipelines.messages.lint`."""

from collections.abc import Iterator

from pipelines.campaigns.columns import columns
from pipelines.campaigns.findings import Finding
from pipelines.campaigns.reading import File
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.messages.problem import Problem

WARNING = "warning: "  # how the lint begins what need not be mended


def findings(file: File, policy: Policy) -> Iterator[Finding]:
    """What is wrong with the messages of a scenario; each template is told of once, at the first step that sends it."""
    scenario: Scenario = file.content
    channels: dict[str, list[str]] = {}
    first: dict[str, int] = {}
    for number, step in enumerate(scenario.steps):
        if step.send:
            first.setdefault(step.send.template, number)
            channels[step.send.template] = list(dict.fromkeys([*channels.get(step.send.template, []), *step.send.channel]))
    for template, number in first.items():
        line = file.line("steps", number, "send", "template")
        if not (file.path.parent / "templates" / template).is_dir():
            yield Finding("no_template", file.name, line, {"step": scenario.steps[number].id, "template": template})
            continue
        for problem in _problems(file, template, channels[template], policy):
            code = "template_hint" if problem.startswith(WARNING) else "template"
            yield Finding(code, file.name, line, {"template": template, "problem": Problem(problem.removeprefix(WARNING).rstrip("."), problem.russian)})


def _problems(file: File, template: str, channels: list[str], policy: Policy) -> list[Problem]:
    from pipelines.messages.lint import problems

    return problems(file.path.parent / "templates" / template, channels, policy.locales, columns("customer"), purpose=file.content.purpose)
