"""What analysts may see: the form of a published table in which nobody can be named, built from the privacy classes of its columns.

The classes stand in the YAML of the models (`config: {meta: {privacy: …}}`, see `pipelines.privacy.classes`):
`none` and `quasi_identifier` stay, `direct_identifier` with `token: true` becomes a keyed pseudonym, which still counts and joins,
every other direct identifier and everything `sensitive` is left out. A column without a class is treated as the worst of its type.
The key comes from `SVOD_PSEUDONYM_KEY`, else from a file only its owner can read.
"""

import json
import os
from pathlib import Path

import duckdb

from pipelines.privacy import keyed
from pipelines.settings import settings

TOKEN = "token"
# A harmless column can hold a stray contact (someone typed it into a campaign name): such a value is emptied.
CONTACT = r"[^ @]+@[^ @]+\.[^ @]+|(^|[^0-9])(\+[0-9]{10,15}|[78]9[0-9]{9})([^0-9]|$)"


def selection(columns: list[tuple[str, str]], privacy: dict[str, str]) -> str:
    """The select list of a table's pseudonymised form; empty if nothing of it may be seen."""
    return ", ".join(expression for name, kind in columns if (expression := _expression(name, kind, privacy.get(name))))


def privacy_of_columns(manifest: Path) -> dict[tuple[str, str], dict[str, str]]:
    """The class of each column that declares one (`token` if it is to be hashed), by (schema, table)."""
    if not manifest.exists():
        return {}
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return {(node["schema"], node["name"]): _privacy(node) for node in nodes if node["resource_type"] in ("model", "snapshot")}


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection `pseudonym(text)`: a keyed hash, computed on whole columns."""
    keyed.register(connection, "pseudonym", key(), 32)


def key() -> bytes:
    """The secret key, made on first use. Losing it only means that pseudonyms change."""
    if given := os.environ.get("SVOD_PSEUDONYM_KEY"):
        return given.encode()[:64]
    return keyed.secret(settings().data / "pseudonym.key")


def _expression(name: str, kind: str, privacy: str | None) -> str | None:
    column, is_text = f'"{name}"', kind == "VARCHAR"
    if privacy == TOKEN or (is_text and name.endswith("_id") and privacy in (None, "quasi_identifier")):
        return f"pseudonym(cast({column} as varchar)) as {column}"
    if privacy in ("none", "quasi_identifier"):
        return f"case when regexp_matches({column}, '{CONTACT}') then null else {column} end as {column}" if is_text else column
    is_number = not is_text and not kind.endswith("[]") and not kind.startswith(("STRUCT", "MAP", "JSON", "BLOB", "DATE"))
    return column if privacy is None and is_number else None


def _privacy(node: dict) -> dict[str, str]:
    declared = {name: column.get("config", {}).get("meta") or column.get("meta") or {} for name, column in node["columns"].items()}
    return {name: TOKEN if meta.get(TOKEN) else meta["privacy"] for name, meta in declared.items() if "privacy" in meta}
