"""From what pydantic says of a file to findings: the line of the YAML node, the words of the house, the keys that come near.

Of several errors at one place the first is told: the others are pydantic's further attempts at the same value.
"""

import re
import typing
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from pipelines.campaigns.findings import Finding
from pipelines.campaigns.yaml_text import Place

UNKNOWN_STEP = re.compile(r"step (\w+): there is no step (\w+)")


def findings_of(error: ValidationError, model: type[BaseModel], name: str, given: object, lines: dict[Place, int]) -> list[Finding]:
    """One finding per place, in the order of the lines."""
    found: dict[Place, Finding] = {}
    for detail in error.errors(include_url=False):
        if detail["type"] == "value_error" and (unknown := UNKNOWN_STEP.fullmatch(str(detail["ctx"]["error"]))):
            return [_unknown_step(*unknown.groups(), name, given, lines)]
        place = _written(detail["loc"], lines)
        missing = detail["type"] == "missing"
        at = (*place, detail["loc"][-1]) if missing else place
        if at not in found:
            found[at] = Finding(*_said(detail, model, place, lines.get(place, 1), name))
    return sorted(found.values(), key=lambda finding: finding.line)


def _written(loc: tuple, lines: dict[Place, int]) -> Place:
    """The place in the file: pydantic's path without the branches of unions, which nobody wrote."""
    place: Place = ()
    for part in loc:
        if (*place, part) in lines:
            place = (*place, part)
    return place


def _said(detail: dict, model: type[BaseModel], place: Place, line: int, name: str) -> tuple[str, str, int, dict[str, str]]:
    key = ".".join(str(part) if isinstance(part, str) else str(part + 1) for part in place) or name
    match detail["type"]:
        case "extra_forbidden":
            known = _keys(model, place[:-1])
            near = get_close_matches(str(place[-1]), known, n=2, cutoff=0.5) or known
            return "unknown_key", name, line, {"key": str(place[-1]), "near": ", ".join(near)}
        case "missing":
            return "missing_key", name, line, {"key": str(detail["loc"][-1]), "part": key}
        case "literal_error" if place[-1:] == ("reentry",):
            return "wrong_value", name, line, {"key": key, "problem": "once, always or {after: 7d} is expected"}
        case "literal_error":
            return "not_one_of", name, line, {"key": key, "choices": detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ")}
        case "string_pattern_mismatch":
            return "not_a_name", name, line, {"key": key}
        case "value_error":
            return "wrong_value", name, line, {"key": key, "problem": str(detail["ctx"]["error"])}
        case _:
            return "wrong_value", name, line, {"key": key, "problem": detail["msg"][:1].lower() + detail["msg"][1:]}


def _unknown_step(step: str, named: str, name: str, given: dict, lines: dict[Place, int]) -> Finding:
    """The schema sees this of the scenario as a whole; here it gets the line of the step."""
    ids = [one["id"] for one in given["steps"]]
    near = get_close_matches(named, ids, n=2, cutoff=0.5) or ids
    return Finding("unknown_step", name, lines.get(("steps", ids.index(step), "id"), 1), {"step": step, "named": named, "near": ", ".join([*near, "end"])})


def _keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that may stand at a place."""
    models = [model]
    for part in place:
        if isinstance(part, str):
            fields = [(field.alias or name, field.annotation) for one in models for name, field in one.model_fields.items()]
            models = [found for alias, annotation in fields if alias == part for found in _models(annotation)]
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in typing.get_args(annotation) for found in _models(part)]
