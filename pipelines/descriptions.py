"""What published tables and columns mean, written into the file itself: any SQL client shows it beside the name.

The words are those of the models' YAML, as dbt's manifest has them. A table that no model makes stays without.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Description:
    """Of a table and, by name, of its columns."""

    text: str
    columns: Mapping[str, str]


def descriptions(manifest: Path) -> dict[tuple[str, str], Description]:
    """The descriptions of every model, by (schema, table)."""
    if not manifest.exists():
        return {}
    nodes = (node for node in json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values() if node["resource_type"] == "model")
    return {(node["schema"], node["name"]): Description(node["description"], _columns(node)) for node in nodes}


def write(connection: duckdb.DuckDBPyConnection, table: tuple[str, str], columns: list[str], description: Description) -> None:
    """Comment a table that is there, and those of its columns that it has."""
    name = ".".join(f'"{part}"' for part in table)
    connection.execute(f"comment on table {name} is {_literal(description.text)}")
    for column in columns:
        if text := description.columns.get(column):
            connection.execute(f'comment on column {name}."{column}" is {_literal(text)}')


def _columns(node: dict) -> dict[str, str]:
    return {name: column["description"] for name, column in node["columns"].items()}


def _literal(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
