"""What analysts may see: which columns of a published table stay, become a keyed pseudonym, or are left out.

A text column is left out unless it is known to be harmless, so that a new attribute never slips through.
A column's `meta: {privacy: …}` in its model's YAML overrules the lists below:
`direct_identifier` leaves it out, `pseudonym` hashes it, `harmless` keeps it.
The key comes from `SVOD_PSEUDONYM_KEY`, else from a file only its owner can read.
"""

import json
import os
import secrets
from pathlib import Path

import duckdb

from pipelines.settings import settings

# Text that says nothing about who someone is. Free text, names, addresses and identifiers are not here.
HARMLESS_TEXT = frozenset(
    [
        "source",
        "entity",
        "kind",
        "status",
        "channel",
        "campaign",
        "currency",
        "country_code",
        "country",
        "language",
        "gender",
        "lifecycle_stage",
        "locality",
        "city",
        "region",
        "event_name",
        "event_type",
        "identifier_type",
        "subject_type",
        "purpose",
        "action",
        "legal_basis",
        "reason",
        "rule",
        "attribute",
        "attribute_name",
        "segment",
        "segment_name",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "first_source",
        "first_medium",
        "first_campaign",
        "last_source",
        "last_medium",
        "last_campaign",
        "first_touch_source",
        "last_touch_source",
        "acquisition_source",
        "acquisition_channel",
        "first_channel",
        "last_channel",
        "preferred_channel",
        "sku",
        "product_name",
        "category",
        "promo_code",
        "rfm_cell",
        "rfm_segment",
        "rfm_label",
        "table_name",
        "column_name",
        "measure",
        "suite",
        "expectation",
        "severity",
    ]
)
# Not text, yet enough to single a person out.
TOO_PRECISE = frozenset({"birth_date", "birth_day", "latitude", "longitude"})
# Identifiers are still worth counting and joining on: their pseudonym keeps that.
IDENTIFIERS = frozenset({"email", "phone", "raw_value", "identifier_value", "subject_value", "source_key", "primary_email", "primary_phone"})
# A harmless column can hold a stray contact (someone typed it into a campaign name): such a value is emptied.
CONTACT = r"[^ @]+@[^ @]+\.[^ @]+|(^|[^0-9])(\+[0-9]{10,15}|[78]9[0-9]{9})([^0-9]|$)"


def selection(columns: list[tuple[str, str]], privacy: dict[str, str]) -> str:
    """The select list of a table's pseudonymised form; empty if nothing of it may be seen."""
    return ", ".join(expression for name, kind in columns if (expression := _expression(name, kind, privacy.get(name))))


def privacy_of_columns(manifest: Path) -> dict[tuple[str, str], dict[str, str]]:
    """`meta.privacy` of each column that declares it, by (schema, table)."""
    if not manifest.exists():
        return {}
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return {(node["schema"], node["name"]): _privacy(node) for node in nodes if node["resource_type"] == "model"}


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the connection `pseudonym(text)`: HMAC-SHA256, computed by DuckDB on whole columns. Nothing of the key is stored."""
    block = key().ljust(64, b"\0")
    inner, outer = (_blob(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    connection.execute(f"create or replace temp macro pseudonym(clear) as left(sha256({outer} || unhex(sha256({inner} || encode(clear)))), 32)")


def key() -> bytes:
    """The secret key, made on first use. Losing it only means that pseudonyms change."""
    if given := os.environ.get("SVOD_PSEUDONYM_KEY"):
        return given.encode()[:64]
    path = settings().data / "pseudonym.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(24))
    return path.read_bytes()


def _expression(name: str, kind: str, privacy: str | None) -> str | None:
    column = f'"{name}"'
    if privacy == "direct_identifier" and name not in IDENTIFIERS:
        return None
    if privacy == "pseudonym" or name in IDENTIFIERS or (name.endswith("_id") and kind == "VARCHAR"):
        return f"pseudonym(cast({column} as varchar)) as {column}"
    if privacy == "harmless" or (name in HARMLESS_TEXT and kind == "VARCHAR"):
        return f"case when regexp_matches(cast({column} as varchar), '{CONTACT}') then null else {column} end as {column}"
    if kind == "VARCHAR" or name in TOO_PRECISE or kind.endswith("[]") or kind.startswith(("STRUCT", "MAP", "JSON", "BLOB")):
        return None
    return column


def _privacy(node: dict) -> dict[str, str]:
    declared = {name: column.get("meta") or column.get("config", {}).get("meta") or {} for name, column in node["columns"].items()}
    return {name: meta["privacy"] for name, meta in declared.items() if "privacy" in meta}


def _blob(value: bytes) -> str:
    return f"unhex('{value.hex()}')"
