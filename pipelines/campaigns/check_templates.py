"""Whether the texts of a scenario are there: each channel in each language, and a way to unsubscribe from advertising.

What is in a template beyond that (variables, links, sizes) is looked at by `pipelines.messages.lint`, where that is installed.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from pipelines.campaigns.columns import columns
from pipelines.campaigns.findings import Finding
from pipelines.campaigns.reading import File
from pipelines.campaigns.schema import Policy, Scenario

FILES = {"email": ("email.{}.mjml", "subject.{}.txt"), "sms": ("sms.{}.txt",), "messenger": ("messenger.{}.txt",), "web_push": ("web_push.{}.json",)}
LINT = "pipelines.messages.lint"


def findings(file: File, policy: Policy) -> Iterator[Finding]:
    """What is missing of the messages of a scenario; each template is told of once."""
    scenario: Scenario = file.content
    seen: set[tuple[str, str]] = set()
    for number, step in enumerate(scenario.steps):
        if not step.send:
            continue
        template, line = step.send.template, file.line("steps", number, "send", "template")
        channels = [channel for channel in step.send.channel if (template, channel) not in seen]
        seen |= {(template, channel) for channel in channels}
        folder = file.path.parent / "templates" / template
        if not folder.is_dir():
            yield Finding("no_template", file.name, line, {"step": step.id, "template": template})
            continue
        missing = list(_missing(folder, channels, policy.locales))
        for channel, locale, name in missing:
            values = {"template": template, "channel": channel, "locale": locale, "file": name, "step": step.id}
            yield Finding("no_locale", file.name, line, values)
        if scenario.purpose == "marketing" and "email" in channels:
            for name in _without_unsubscribe(folder):
                yield Finding("no_unsubscribe", file.name, line, {"template": template, "file": name})
        for problem in _linted(folder, channels, policy.locales) if channels and not missing else []:
            yield Finding("template", file.name, line, {"template": template, "problem": problem.rstrip(".")})


def _missing(folder: Path, channels: list[str], locales: list[str]) -> Iterator[tuple[str, str, str]]:
    for channel in channels:
        for locale in locales:
            for name in FILES[channel]:
                if not (folder / name.format(locale)).is_file():
                    yield channel, locale, name.format(locale)


def _without_unsubscribe(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("email.*.mjml")):
        if "unsubscribe_url" not in path.read_text(encoding="utf-8") + _included(path):
            yield path.name


def _included(template: Path) -> str:
    """The shared parts, any of which may hold the link."""
    shared = template.parents[3] / "shared"
    used = [path for path in shared.rglob("*") if path.is_file() and path.name in template.read_text(encoding="utf-8")]
    return "".join(path.read_text(encoding="utf-8", errors="ignore") for path in sorted(used))


def _linted(folder: Path, channels: list[str], locales: list[str]) -> list[str]:
    if importlib.util.find_spec("pipelines.messages") is None or importlib.util.find_spec(LINT) is None:
        return []
    return importlib.import_module(LINT).problems(folder, channels, locales, columns("customer"))
