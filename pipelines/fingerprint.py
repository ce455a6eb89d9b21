"""What a published version was made of: the files that landed, the code that read them, the scenarios, and the day it was made for.

Two runs with the same fingerprint would publish the same rows, so the second has nothing to do.
Deciding what to skip belongs to `orchestration`.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipelines.settings import PROJECT, settings
from pipelines.warehouse import connect

CODE = (
    "dbt_project.yml",
    "expectations",
    "macros",
    "models",
    "pipelines/descriptions.py",
    "pipelines/experiments",
    "pipelines/identity",
    "pipelines/privacy/keyed.py",
    "pipelines/pseudonymise.py",
    "pipelines/publish.py",
    "pipelines/responses/mail.py",
    "pipelines/sources",
    "pipelines/standardize",
    "pipelines/traits",
    "seeds",
    "snapshots",
    "svod.toml",
)
SUFFIXES = {".sql", ".yml", ".csv", ".py", ".md", ".json", ".toml", ".mjml", ".j2", ".txt"}


@dataclass(frozen=True)
class Fingerprint:
    """Hashes, so that a run can tell what changed."""

    files: str
    code: str
    date: str
    campaigns: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def fingerprint(run_at: datetime) -> Fingerprint:
    """The fingerprint of what a run at `run_at` would publish, given what has landed."""
    campaigns = settings().campaigns
    return Fingerprint(
        files=landed_files(),
        code=f"{code()}{model_in_force()}{thresholds()}",
        date=f"{run_at:%Y-%m-%d}",
        campaigns=hashed(_kept(campaigns.rglob("*")), campaigns),
    )


def landed_files() -> str:
    """Hash of the manifest: every file with its content hash and what became of it."""
    if not settings().warehouse.exists():
        return ""
    with connect(read_only=True) as connection:
        if not connection.execute("select count(*) from duckdb_tables() where schema_name = 'landing' and table_name = 'files'").fetchone()[0]:
            return ""
        digest = "select md5(coalesce(string_agg(concat_ws(' ', source, file_id, table_name, status, rows_loaded), ',' order by source, file_id), '')) from landing.files"
        return connection.execute(digest).fetchone()[0]


def code(root: Path = PROJECT) -> str:
    """Hash of everything that decides what the rows look like."""
    return hashed(code_files(root), root)


def hashed(paths: list[Path], root: Path) -> str:
    """Hash of files with their names below `root`."""
    digest = hashlib.md5(usedforsecurity=False)
    for path in paths:
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def thresholds() -> str:
    """Settings that decide who is whom; they may come from the environment, which no file shows."""
    return f" {settings().match_threshold} {settings().review_threshold}"


def model_in_force() -> str:
    """The matching model in use: putting another in force is a change, although no code and no file of the inbox changed."""
    pointer = settings().data / "identity" / "current.json"
    return f" {json.loads(pointer.read_text())['version']}" if pointer.exists() else ""


def code_files(root: Path = PROJECT) -> list[Path]:
    """The files of `CODE`, sorted, without caches."""
    roots = [root / name for name in CODE]
    return _kept(path for base in roots for path in (base.rglob("*") if base.is_dir() else [base]))


def _kept(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.suffix in SUFFIXES and path.is_file())
