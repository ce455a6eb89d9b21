"""What conditions may name: the columns of a customer and of an event with their types, and the segments."""

from functools import cache
from typing import Literal

from pipelines.campaigns.yaml_text import read_yaml
from pipelines.settings import PROJECT

Relation = Literal["customer", "event"]

# Of `communications.events`; `properties` is JSON and is named member by member: properties.total.
EVENT = {
    "event_id": "string",
    "event_name": "string",
    "occurred_at": "timestamp",
    "source": "string",
    "channel": "string",
    "campaign": "string",
    "url": "string",
    "amount": "decimal(18, 2)",
    "currency": "string",
    "properties": "string",
}


def columns(relation: Relation) -> dict[str, str]:
    """Names and types, as the contract of the model has them."""
    return _customer() if relation == "customer" else EVENT


@cache
def _customer() -> dict[str, str]:
    described, _ = read_yaml(PROJECT / "models" / "marts" / "customer_360.yml", "customer_360.yml")
    return {column["name"]: column["data_type"] for column in described["models"][0]["columns"]}


@cache
def segments() -> tuple[str, ...]:
    """The var `segments` of the dbt project."""
    project, _ = read_yaml(PROJECT / "dbt_project.yml", "dbt_project.yml")
    return tuple(project["vars"]["segments"])


@cache
def segment_titles() -> dict[str, tuple[str, str]]:
    """What people call each segment, in English and in Russian."""
    titles = {}
    for name in segments():
        path = PROJECT / "models" / "segments" / f"{name}.yml"
        described = read_yaml(path, path.name)[0]["models"][0] if path.exists() else {}
        meta = described.get("config", {}).get("meta", {}) or described.get("meta", {})
        titles[name] = (meta.get("title", name), meta.get("title_ru", name))
    return titles
