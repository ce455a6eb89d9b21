"""What keeps an erased person out: keyed hashes of their record ids and of the addresses and numbers that were theirs alone.

`<data>/privacy/tombstones.parquet`, outside the warehouse, so that a warehouse built anew knows them too. Without the key
(`tombstone.key`, readable by its owner only) they say nothing about anybody; without them an old export brings people back.
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.files import put, quoted
from pipelines.privacy.json_cut import leaves
from pipelines.privacy.keyed import register, secret
from pipelines.settings import settings


def folder() -> Path:
    path = settings().data / "privacy"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def file() -> Path:
    return folder() / "tombstones.parquet"


def write(connection: duckdb.DuckDBPyConnection, at: datetime) -> int:
    """Adds the tombstones of the subject, each with its request; writing them twice changes nothing. Returns how many there are now."""
    register(connection, "tombstone", secret(folder() / "tombstone.key"))
    new = f"select kind, tombstone(kind || ' ' || text) as hash, reference, timestamp '{at:%Y-%m-%d %H:%M:%S}' as erased_at from subject.buried"
    known = f"select * from read_parquet('{quoted(file())}')" if file().exists() else f"select * from ({new}) where false"
    draft = file().with_suffix(".draft")
    connection.execute(
        f"copy (select kind, hash, reference, min(erased_at) as erased_at from ({known} union all {new}) group by all order by all) to '{quoted(draft)}' (format parquet)"
    )
    draft.chmod(0o600)
    put(draft, file())
    return connection.execute(f"select count(*) from read_parquet('{quoted(file())}')").fetchone()[0]


def load(connection: duckdb.DuckDBPyConnection) -> bool:
    """Makes the table `tombstones` (kind, hash) and the function `tombstone`; false if nobody was ever erased."""
    if not file().exists():
        return False
    register(connection, "tombstone", secret(folder() / "tombstone.key"))
    connection.execute(f"create or replace temp table tombstones as select distinct kind, hash from read_parquet('{quoted(file())}')")
    return True


def judge() -> Callable[[Any], bool]:
    """Whether a thing within a shared record, a lead, an event or a cell, is of somebody who was erased. For the few records of old copies; rows of tables are hashed in SQL."""
    known = {row[0] for row in duckdb.sql(f"select hash from read_parquet('{quoted(file())}')").fetchall()}
    key = secret(folder() / "tombstone.key")

    def is_known(text: str) -> bool:
        return hmac.new(key[:64], text.encode(), "sha256").hexdigest() in known

    def is_theirs(thing: Any) -> bool:
        if isinstance(thing, str):
            return any(is_known(f"identifier {kind} {text}") for kind in ("email", "phone", "telegram") for text in {thing, thing.lower()})
        return is_known(f"record vk_leads:form_lead:{thing.get('lead_id')}") or any(
            is_known(f"identifier email {leaf.lower()}") for leaf in leaves(thing) if "@" in leaf
        )

    return is_theirs
