"""JSON Schemas of scenario and policy files, so that an editor completes keys and marks mistakes while a marketer types."""

import json
from pathlib import Path

from pipelines.campaigns.schema import Policy, Scenario

FILES = {"scenario.schema.json": Scenario, "policy.schema.json": Policy}


def schemas() -> dict[str, str]:
    """The text of each schema file by its name."""
    written = {}
    for name, model in FILES.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
        written[name] = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    return written


def write(folder: Path) -> list[Path]:
    """Puts the schema files into the folder of scenarios; returns them."""
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in FILES]
