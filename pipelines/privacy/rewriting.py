"""Taking the subject's records out of the inbox: every file whose content was landed is written anew without them.

The manifest learns the new content before the file is replaced, so that it is never landed again, whenever the process dies. Files are told by
their content, so a copy or a renamed file is found too. The modification time stays, for it may be the time of the export.
"""

import gzip
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb

from pipelines.files import put
from pipelines.privacy.json_cut import leaves
from pipelines.privacy.lines import Doomed, rewrite
from pipelines.redaction import Told
from pipelines.sources.inbox import InboxFile, list_files
from pipelines.sources.registry import presets


class NotRewritten(Told):
    """A file of the inbox holds the person and cannot be written anew."""


def clean_inbox(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Files written anew, with the number of records that went."""
    known = {row[0]: row[1] for row in connection.execute("select content_id, any_value(file_id) from landing.rewritten group by content_id").fetchall()}
    concerned = {row[0] for row in connection.execute("select distinct file_id from (from subject.rows union from subject.shared_rows)").fetchall()}
    done: dict[str, int] = {}
    for file, content in _contents(list_files()):
        content_id = hashlib.sha256(content).hexdigest()
        file_id = known.get(content_id, content_id)
        if file_id not in concerned:
            continue
        doomed = _doomed(connection, file_id, content_id)
        source, encoding, table = connection.execute("select source, encoding, table_name from landing.files where file_id = ?", [file_id]).fetchone()
        new = rewrite(content, encoding or "utf-8", presets()[source].table(table).format, doomed)
        if new != content:
            _remember(connection, file_id, hashlib.sha256(new).hexdigest(), doomed)
            _replace(file, new)
            done[f"{file.source}/{file.name}"] = len((doomed.lines | doomed.shared) - doomed.removed)
    _seen(connection, set(done))
    return done


def clean_copies(connection: duckdb.DuckDBPyConnection, is_doomed: Callable[[Any], bool]) -> int:
    """An old copy of an export that was written anew is known content, so nothing of it lands; but it still holds who is gone. Returns how many were written anew."""
    listed = "select source, file_name, file_id from landing.seen where file_id in (select file_id from landing.rewritten union select content_id from landing.rewritten)"
    names = {row[:2] for row in connection.execute(listed).fetchall()}
    known = dict(connection.execute("select content_id, any_value(file_id) from landing.rewritten group by content_id").fetchall()) if names else {}
    done = set()
    for file, content in _contents([file for file in list_files() if (file.source, file.name) in names]):
        content_id = hashlib.sha256(content).hexdigest()
        file_id = known.get(content_id, content_id)
        gone, parted = (_rewritten(connection, "file_id", file_id, is_shared=told) for told in (False, True))
        source, encoding, table = connection.execute("select source, encoding, table_name from landing.files where file_id = ?", [file_id]).fetchone()
        kind = presets()[source].table(table).format
        starts, removed = _layout(connection, file_id, content_id)
        shared = starts - gone if kind == "json" else parted - gone
        doomed = Doomed(gone, shared, [*((starts | gone) - removed)], removed, is_doomed, set())
        new = rewrite(content, encoding or "utf-8", kind, doomed)
        if new != content:
            _remember(connection, file_id, hashlib.sha256(new).hexdigest(), doomed)
            _replace(file, new)
            done.add(f"{file.source}/{file.name}")
    _seen(connection, done)
    return len(done)


def _contents(files: list[InboxFile]) -> Iterator[tuple[InboxFile, bytes]]:
    for file in files:
        try:
            with file.open() as stream:
                yield file, stream.read()
        except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
            continue  # nothing was landed from what cannot be read; the search afterwards tells of it


def _doomed(connection: duckdb.DuckDBPyConnection, file_id: str, content_id: str) -> Doomed:
    lines, shared = (
        {row[0] for row in connection.execute(f"select line from subject.{name} where file_id = ?", [file_id]).fetchall()} for name in ("rows", "shared_rows")
    )
    starts, removed = _layout(connection, file_id, content_id)
    return Doomed(lines - shared, shared, [*((starts | lines) - removed)], removed, judge(connection), texts(connection))


def _layout(connection: duckdb.DuckDBPyConnection, file_id: str, content_id: str) -> tuple[set[int], set[int]]:
    """Where the records that are still in the warehouse began in the landed file, and which were taken out of this content of it."""
    source, table = connection.execute("select source, table_name from landing.files where file_id = ?", [file_id]).fetchone()
    removed = _rewritten(connection, "content_id", content_id, is_shared=False)
    starts = {row[0] for row in connection.execute(f'select _line from "raw_{source}"."{table}" where _file_id = ?', [file_id]).fetchall()}
    starts |= {row[0] for row in connection.execute("select line from landing.quarantine where file_id = ? and line is not null", [file_id]).fetchall()}
    return starts, removed


def _rewritten(connection: duckdb.DuckDBPyConnection, key: str, value: str, *, is_shared: bool) -> set[int]:
    lines = f"select line from landing.rewritten where {key} = ? and line is not null and coalesce(is_shared, false) = ?"
    return {row[0] for row in connection.execute(lines, [value, is_shared]).fetchall()}


def texts(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in connection.execute("select text from subject.needles").fetchall()}


def judge(connection: duckdb.DuckDBPyConnection):
    """Whether a thing within a shared record is theirs: it says their address, their number or their key. A cell, if it is one of these."""
    said = {text.lower() for text in texts(connection)}
    cells = said | {row[0].lower() for row in connection.execute("select text from subject.texts").fetchall()}
    keys = {row[0] for row in connection.execute("select split_part(record_id, ':', 3) from subject.records where record_id like 'vk_leads:%'").fetchall()}

    def is_theirs(thing: Any) -> bool:
        if isinstance(thing, str):
            return thing.lower() in cells
        return any(leaf.lower() in said for leaf in leaves(thing)) or str(thing.get("lead_id")) in keys

    return is_theirs


def _remember(connection: duckdb.DuckDBPyConnection, file_id: str, new_id: str, doomed: Doomed) -> None:
    connection.execute("begin")
    connection.execute("delete from landing.rewritten where content_id = ?", [new_id])
    for is_shared, lines in ((False, sorted(doomed.lines | doomed.removed) or [None]), (True, sorted(doomed.shared - doomed.removed))):
        connection.execute(
            "insert into landing.rewritten select (select source from landing.files where file_id = $file limit 1), $new, $file, unnest($lines::bigint[]), $is_shared",
            {"file": file_id, "new": new_id, "lines": lines, "is_shared": is_shared},
        )
    connection.execute("commit")


def _replace(file: InboxFile, content: bytes) -> None:
    """The file with this content, packed as it was packed."""
    with file.file_system.open(file.path, "rb") as stream:
        packed = stream.read()
    if file.member is not None:
        content = _archive(packed, file.member, _gzipped(content, None) if file.name.lower().endswith(".gz") else content)
    elif file.name.lower().endswith(".gz"):
        content = _gzipped(content, packed)
    if not file.is_plain and not os.path.exists(file.path):
        with file.file_system.open(file.path, "wb") as stream:
            stream.write(content)
        return
    path = Path(file.path)
    known = path.stat()
    draft = path.with_name(f".{path.name}")
    draft.write_bytes(content)
    draft.chmod(known.st_mode & 0o777)
    os.utime(draft, ns=(known.st_atime_ns, known.st_mtime_ns))
    put(draft, path)


def _gzipped(content: bytes, before: bytes | None) -> bytes:
    out = BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=int.from_bytes(before[4:8], "little") if before else 0) as stream:
        stream.write(content)
    return out.getvalue()


def _archive(packed: bytes, member: str, content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(info, content if info.filename == member else old.read(info), info.compress_type)
        new.comment = old.comment
    return out.getvalue()


def _seen(connection: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    """The listing shows the files as known, so that the next landing does not even read them."""
    for now in list_files() if names else ():
        if f"{now.source}/{now.name}" in names:
            connection.execute(
                "update landing.seen set file_size = ?, modified_at = ? where source = ? and file_name = ?", [now.size, now.modified_at, now.source, now.name]
            )
