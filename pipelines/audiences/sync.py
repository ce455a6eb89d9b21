"""What a platform has to add and to take away so that it has the audience of now, as files that it takes.

    <data>/communications/audiences/<target>/<audience>/000002/1-remove-contacts.csv, 2-add-contacts.csv …, holds-contacts.parquet

A numbered folder appears whole or not at all. `holds-…` of the latest is what the platform has once all files are uploaded in their order:
hashes as the platform takes them, and nothing else. No customer id stands in it, on purpose: after an erasure nobody could otherwise tell
the platform whom to forget. What is taken away is gone from it too, so that the ledger holds only who is matched now.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.audiences.diff import compare
from pipelines.audiences.hashing import register
from pipelines.audiences.target import File, Target
from pipelines.audiences.upload_files import write_files
from pipelines.files import quoted, sync
from pipelines.redaction import Told
from pipelines.settings import settings


@dataclass
class Synced:
    """One sync of an audience with a platform. No folder if nothing has changed."""

    holds: int = 0
    added: int = 0
    removed: int = 0
    folder: Path | None = None
    paths: list[Path] = field(default_factory=list)
    too_few: list[tuple[str, str, int]] = field(default_factory=list)  # what is too short, list or file; which; its rows


HandOver = Callable[[DuckDBPyConnection, Target, File, Path, bool], None]


def sync_audience(
    connection: DuckDBPyConnection, target: Target, audience: str, run_at: datetime, *, full: bool = False, hand_over: HandOver | None = None
) -> Synced:
    """Hands over what has changed of `people` of this connection: as files, unless `hand_over` does otherwise. `full`: the whole list anew, to replace what is there."""
    root = place(target.name, audience)
    with _alone(root):
        return _sync(connection, target, audience, run_at, full, hand_over or write_files)


def _sync(connection: DuckDBPyConnection, target: Target, audience: str, run_at: datetime, full: bool, hand_over: HandOver) -> Synced:
    root = place(target.name, audience)
    before, synced = syncs(root), Synced()
    number = int(before[-1].name) + 1 if before else 1
    draft = root / f".{number:06d}"
    shutil.rmtree(draft, ignore_errors=True)  # of a sync that was never finished
    draft.mkdir(mode=0o700)
    register(connection)
    for file in target.files:
        compare(connection, file, None if full else _held(before, file))
        connection.execute(f"copy (select * from now_held order by all) to '{quoted(draft)}/holds-{file.name}.parquet' (format parquet)")
        held, added, removed = (connection.execute(f"select count(*) from {table}").fetchone()[0] for table in ("now_held", "to_add", "to_remove"))
        synced.holds, synced.added, synced.removed = synced.holds + held, synced.added + added, synced.removed + removed
        synced.too_few += too_few(target, file, held, added)
        hand_over(connection, target, file, draft, full)
    if not (synced.added or synced.removed or full):
        shutil.rmtree(draft)
        return synced
    said = {"at": f"{run_at:%Y-%m-%d %H:%M:%S}", "full": full, "holds": synced.holds, "added": synced.added, "removed": synced.removed}
    (draft / "sync.json").write_text(json.dumps(said, indent=1) + "\n")
    synced.folder = root / draft.name.removeprefix(".")
    _put(draft, synced.folder)
    synced.paths = sorted(synced.folder.glob("*.csv"))
    for path in (path for old in before for path in old.glob("holds-*.parquet")):
        path.unlink()
    return synced


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One sync of an audience with a platform at a time."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(root / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Told(f"The audience {root.name} is being synced with {root.parent.name} by another process. Wait for it to end") from None
        yield


def too_few(target: Target, file: File, held: int, added: int) -> list[tuple[str, str, int]]:
    """What the platform will not take for its shortness. VK may ask its least size of each file."""
    if held < target.least_rows:
        return [("list", file.name, held)]
    return [("file", file.name, added)] if target.name == "vk" and 0 < added < target.least_rows else []


def place(target: str, audience: str) -> Path:
    return settings().data / "communications" / "audiences" / target / audience


def syncs(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("[0-9]*") if path.is_dir())


def uploaded(target: str, audience: str) -> int:
    """Deletes the files that were uploaded, all but what is held; how many there were."""
    paths = [path for folder in syncs(place(target, audience)) for path in folder.glob("*.csv")]
    for path in paths:
        path.unlink()
    return len(paths)


def _held(before: list[Path], file: File) -> Path | None:
    path = before[-1] / f"holds-{file.name}.parquet" if before else None
    return path if path and path.exists() else None


def _put(draft: Path, folder: Path) -> None:
    for path in draft.iterdir():
        path.chmod(0o600)
        sync(path)
    draft.rename(folder)
    sync(folder.parent)
