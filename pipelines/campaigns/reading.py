"""Reading the folder of scenarios: `policy.yml` and every `<name>/scenario.yml`. One broken file never stops the others.

Whether what was read makes sense stays out: that is `checks`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipelines.campaigns.findings import Finding, Refused
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.schema_errors import findings_of
from pipelines.campaigns.yaml_text import Place, read_yaml
from pipelines.settings import settings

SHARED = "shared"  # layouts of templates, no scenario
# What holds from now on for all passes, of whatever version.
NOT_DEFINING = {"version", "title", "status", "approved_by", "priority"}


@dataclass(frozen=True)
class File:
    """A scenario (or the policy) as it stands in a file."""

    path: Path
    name: str  # as findings name it: from the folder of scenarios on
    content: Any
    lines: dict[Place, int]

    def line(self, *place: str | int) -> int:
        """The line of a place, or of the nearest one above that is written."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


@dataclass(frozen=True)
class Campaigns:
    """What a folder holds. A scenario that cannot be read is in `refused` only, by its folder's name."""

    folder: Path
    policy: Policy
    files: dict[str, File] = field(default_factory=dict)
    refused: dict[str, list[Finding]] = field(default_factory=dict)
    policy_file: File | None = None

    @property
    def scenarios(self) -> list[Scenario]:
        return [file.content for file in self.files.values()]


def read(folder: Path | None = None) -> Campaigns:
    """All of a folder, the settings' if none is named. Raises `Refused` if the policy cannot be read: nothing is right without it."""
    folder = folder or settings().campaigns
    policy = _file(folder / "policy.yml", f"{folder.name}/policy.yml", Policy) if (folder / "policy.yml").exists() else None
    files, refused = {}, {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir() and path.name != SHARED and not path.name.startswith((".", "_")):
            try:
                files[path.name] = _scenario(path)
            except Refused as refusal:
                refused[path.name] = refusal.findings
    return Campaigns(folder, policy.content if policy else Policy(), files, refused, policy)


def _scenario(folder: Path) -> File:
    name = f"{folder.parent.name}/{folder.name}/scenario.yml"
    if not (folder / "scenario.yml").exists():
        raise Refused([Finding("no_scenario_file", name, 1, {"folder": folder.name})])
    file = _file(folder / "scenario.yml", name, Scenario)
    if file.content.scenario != folder.name:
        raise Refused([Finding("other_name", name, file.line("scenario"), {"name": file.content.scenario, "folder": folder.name})])
    return file


def _file(path: Path, name: str, model: Callable[..., BaseModel] | type[BaseModel]) -> File:
    given, lines = read_yaml(path, name)
    try:
        return File(path, name, model.model_validate({} if given is None else given), lines)
    except ValidationError as error:
        raise Refused(findings_of(error, model, name, given, lines)) from None


def definition(scenario: Scenario) -> str:
    """The scenario as JSON, to be kept with its passes; `Scenario.model_validate_json` reads it again."""
    return scenario.model_dump_json(by_alias=True)


def definition_hash(scenario: Scenario) -> str:
    """Of what decides how a pass goes: not of comments, layout, defaults written out, title, status, approver, priority or version.

    The order of arms and guards counts, since it decides too.
    """
    text = scenario.model_dump_json(by_alias=True, exclude=NOT_DEFINING, exclude_defaults=True)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
