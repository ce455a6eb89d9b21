"""Putting a finished, audited warehouse before its readers (write, audit, publish).

The pipeline works in its own file, which readers never open. `publish` writes two fresh files, one per role, under
names of their own, and then moves a pointer: readers see the old version or the new one, whole, never a mix.
Deciding whether to publish stays out: that is the audit's business.

    <data>/published/current.json                 which version is current
    <data>/published/{full,pseudonymised}.duckdb  links to it, for tools that want one path
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines import descriptions, pseudonymise
from pipelines.files import replace_text, sync
from pipelines.fingerprint import Fingerprint
from pipelines.settings import settings
from pipelines.warehouse import connect

SCHEMAS = ("marts", "segments", "history", "quality")
MODES = {"full": 0o600, "pseudonymised": 0o640}


class NothingToPublish(RuntimeError):
    """The warehouse has no marts yet, or there is no version to go back to."""


@dataclass(frozen=True)
class Version:
    """One published version: when it is of, what it was made of, and its two files (names, beside the pointer)."""

    version: str
    run_at: str
    full: str
    pseudonymised: str
    fingerprint: dict[str, str]
    rows: dict[str, int]

    @property
    def number(self) -> int:
        return int(self.version.split("-")[0])


def publish(run_at: datetime, fingerprint: Fingerprint) -> Version:
    """Make a new version from the warehouse as it is now, and make it current."""
    with alone() as folder:
        _remove_leavings(folder)
        number = max((version.number for version in versions()), default=0) + 1
        name = f"{number:06d}-{run_at:%Y%m%dT%H%M%S}"
        rows = {role: _build(folder / ".build" / f"{role}_{name}.duckdb", role) for role in MODES}["full"]
        version = Version(name, f"{run_at:%Y-%m-%d %H:%M:%S}", f"full_{name}.duckdb", f"pseudonymised_{name}.duckdb", fingerprint.as_dict(), rows)
        for role in MODES:
            os.replace(folder / ".build" / f"{role}_{name}.duckdb", folder / f"{role}_{name}.duckdb")
        _write(folder / f"version_{name}.json", version)
        _point(folder, version)
        _prune(folder, keep=settings().keep_versions)
    return version


def rollback(to: str | None = None) -> Version:
    """Make an earlier version current: the one named, else the one before the current one."""
    with alone() as folder:
        known = versions()
        now = current()
        earlier = [version for version in known if (version.version == to if to else now and version.number < now.number)]
        if not earlier:
            raise NothingToPublish(f"no version {to}: there are {[version.version for version in known]}" if to else "there is no earlier version")
        # The newest fingerprint stays: otherwise the next run would find "something changed" and publish what was just taken back.
        back = Version(**{**asdict(earlier[-1]), "fingerprint": known[-1].fingerprint})
        _point(folder, back)
    return back


def current() -> Version | None:
    """The version readers see, or None before the first publication."""
    pointer = settings().published / "current.json"
    return Version(**json.loads(pointer.read_text())) if pointer.exists() else None


def versions() -> list[Version]:
    """Every version that is kept, oldest first."""
    found = (Version(**json.loads(path.read_text())) for path in settings().published.glob("version_*.json"))
    return sorted(found, key=lambda version: version.number)


def dbt_target() -> Path:
    """Where dbt keeps what it made of the project: the manifest says which columns are private."""
    return Path(os.environ.get("SVOD_DBT_TARGET") or settings().data / "target").resolve()


def _build(path: Path, role: str) -> dict[str, int]:
    privacy = pseudonymise.privacy_of_columns(dbt_target() / "manifest.json")
    described = descriptions.descriptions(dbt_target() / "manifest.json")
    rows = {}
    with connect(path) as connection:
        connection.execute(f"attach '{settings().warehouse}' as source (read_only)")
        pseudonymise.register(connection)
        for schema, table in _tables(connection):
            columns = _columns(connection, schema, table)
            chosen = "*" if role == "full" else pseudonymise.selection(columns, privacy.get((schema, table), {}))
            if chosen:
                connection.execute(f'create schema if not exists "{schema}"')
                connection.execute(f'create table "{schema}"."{table}" as select {chosen} from source."{schema}"."{table}"')
                rows[f"{schema}.{table}"] = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()[0]
        _describe(connection, described)
        _copy_functions(connection)
        if role == "full":
            _keep_pseudonyms(connection, rows)
        connection.execute("checkpoint")
    path.chmod(MODES[role])
    sync(path)
    return rows


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    query = "select schema_name, table_name from duckdb_tables() where database_name = 'source' and list_contains(?, schema_name) order by all"
    tables = connection.execute(query, [list(SCHEMAS)]).fetchall()
    if not any(schema == "marts" for schema, _ in tables):
        raise NothingToPublish(f"{settings().warehouse} holds no marts")
    return tables


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[tuple[str, str]]:
    query = "select column_name, data_type from duckdb_columns() where database_name = 'source' and schema_name = ? and table_name = ? order by column_index"
    return connection.execute(query, [schema, table]).fetchall()


def _describe(connection: duckdb.DuckDBPyConnection, described: dict[tuple[str, str], descriptions.Description]) -> None:
    query = "select schema_name, table_name, list(column_name) from duckdb_columns() where database_name = current_database() and not internal group by all order by all"
    connection.begin()
    for schema, table, columns in connection.execute(query).fetchall():
        if (schema, table) in described:
            descriptions.write(connection, (schema, table), columns, described[schema, table])
    connection.commit()


def _copy_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """The views with a parameter, `history.…_as_of(moment)`."""
    query = """
        select schema_name, function_name, array_to_string(parameters, ', '), macro_definition from duckdb_functions()
        where database_name = 'source' and function_type = 'table_macro' and list_contains(?, schema_name) order by all
    """
    for schema, name, parameters, definition in connection.execute(query, [list(SCHEMAS)]).fetchall():
        connection.execute(f'create or replace macro "{schema}"."{name}"({parameters}) as table {definition}')


def _keep_pseudonyms(connection: duckdb.DuckDBPyConnection, rows: dict[str, int]) -> None:
    """So that those who may see people can turn an analyst's list back into customers."""
    if "marts.customers" in rows:
        connection.execute("create schema privacy")
        connection.execute("create table privacy.pseudonyms as select customer_id, pseudonym(customer_id) as pseudonym from marts.customers")


def _point(folder: Path, version: Version) -> None:
    _write(folder / "current.json", version)
    for role in MODES:
        link = folder / f".link_{role}"
        link.unlink(missing_ok=True)
        link.symlink_to(getattr(version, role))
        os.replace(link, folder / f"{role}.duckdb")
    sync(folder)


def _write(path: Path, version: Version) -> None:
    replace_text(path, json.dumps(asdict(version), indent=2))


def _prune(folder: Path, keep: int) -> None:
    """Readers that still have an old file open keep it: the system frees it when they close."""
    for version in versions()[:-keep]:
        for name in (f"version_{version.version}.json", version.full, version.pseudonymised):
            (folder / name).unlink(missing_ok=True)


def _remove_leavings(folder: Path) -> None:
    """What a killed publication left: drafts, and files that no version names. Drafts lie where only their owner may look."""
    shutil.rmtree(folder / ".build", ignore_errors=True)
    (folder / ".build").mkdir(mode=0o700)
    named = {name for version in versions() for name in (version.full, version.pseudonymised)}
    for path in folder.glob("*_[0-9]*.duckdb"):
        if path.name not in named:
            path.unlink()


@contextmanager
def alone() -> Iterator[Path]:
    """The folder, held so that two publications never meet."""
    folder = settings().published
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
