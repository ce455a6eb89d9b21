"""The inbox: which files lie there, and a local copy of each to read from.

A folder or any fsspec address. Members of a ZIP and the content of a `.gz` count as files. What a file holds is `reader`'s.
"""

import fnmatch
import gzip
import hashlib
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path, PurePosixPath
from typing import IO, Any

import fsspec

from pipelines.settings import settings
from pipelines.sources.report import FileReport, Refusal

IGNORED = ("readme*", "license*", "*.md", "thumbs.db", "desktop.ini", "*.part", "*.tmp", "*.crdownload", "*.filepart")
CHUNK = 1 << 20
DATE = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class InboxFile:
    """A file as the listing shows it, not yet read."""

    source: str  # the folder it lies in, empty if none
    name: str  # below that folder; a ZIP's member follows the ZIP's name
    size: int
    modified_at: datetime
    path: str  # in its file system
    file_system: Any
    member: str | None = None

    def report(self) -> FileReport:
        exported_at = _date_in_name(self.name) or self.modified_at
        return FileReport(self.source, self.name, self.size, self.modified_at, exported_at)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes of the file, of the member, or of what the `.gz` holds."""
        with ExitStack() as stack:
            stream = stack.enter_context(self.file_system.open(self.path, "rb"))
            if self.member is not None:
                stream = stack.enter_context(stack.enter_context(zipfile.ZipFile(stream)).open(self.member))
            yield stack.enter_context(gzip.open(stream)) if self.name.lower().endswith(".gz") else stream

    def fetch(self, folder: Path) -> tuple[Path, str]:
        """A local path to read from and the content's sha256. A plain local file is read where it lies."""
        if self.is_plain:
            path = Path(self.path)
            with path.open("rb") as stream:
                return path, hashlib.file_digest(stream, "sha256").hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        target, digest = folder / hashlib.sha256(self.name.encode()).hexdigest()[:16], hashlib.sha256()
        try:
            with self.open() as stream, target.open("wb") as out:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise Refusal("the compressed file is cut off or damaged", "copy or export it again") from error
        except NotImplementedError as error:
            raise Refusal("the ZIP is packed in a way Python cannot read", "unpack it and put its files into the inbox") from error
        except RuntimeError as error:  # zipfile's word for a missing password
            raise Refusal("the ZIP is encrypted", "unpack it and put its files into the inbox") from error
        return target, digest.hexdigest()

    @property
    def is_plain(self) -> bool:
        return _is_local(self.file_system) and self.member is None and not self.name.lower().endswith(".gz")

    def has_changed(self) -> bool:
        """Whether the file is no longer what the listing showed: somebody is still writing it."""
        try:
            info = self.file_system.info(self.path)
        except FileNotFoundError:
            return True
        return _modified_at(info) != self.modified_at or (self.member is None and info["size"] != self.size)


def list_files() -> list[InboxFile]:
    """Every file of the inbox that could be an export, by name."""
    file_system, root = fsspec.core.url_to_fs(settings().inbox_url, **settings().inbox_options)
    if _is_local(file_system):
        Path(root).mkdir(parents=True, exist_ok=True)
    file_system.invalidate_cache()
    found = file_system.find(root, detail=True)
    return [file for path, info in sorted(found.items()) for file in _files(file_system, root, path, info)]


def base_name(name: str) -> str:
    """The last part of a name, without `.gz`: what file patterns are compared with."""
    return re.sub(r"\.gz$", "", PurePosixPath(name).name, flags=re.IGNORECASE)


def _files(file_system: Any, root: str, path: str, info: dict) -> list[InboxFile]:
    relative = PurePosixPath(path[len(root) :].lstrip("/"))
    if info.get("type", "file") != "file" or _is_ignored(relative):
        return []
    source, name = (relative.parts[0], "/".join(relative.parts[1:])) if len(relative.parts) > 1 else ("", relative.name)
    return _expand(InboxFile(source, name, info["size"], _modified_at(info), path, file_system))


def _expand(file: InboxFile) -> list[InboxFile]:
    if not file.name.lower().endswith(".zip"):
        return [file]
    try:
        with file.file_system.open(file.path, "rb") as stream, zipfile.ZipFile(stream) as archive:
            return list(_members(file, archive))
    except (zipfile.BadZipFile, EOFError):
        return [file]  # the reader says what is wrong with it


def _members(file: InboxFile, archive: zipfile.ZipFile) -> Iterator[InboxFile]:
    for member in archive.infolist():
        if not member.is_dir() and not _is_ignored(PurePosixPath(member.filename)):
            yield InboxFile(file.source, f"{file.name}/{member.filename}", member.file_size, file.modified_at, file.path, file.file_system, member.filename)


def _is_ignored(relative: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in relative.parts) or "tmp" in relative.parts[1:-1]  # a maildir's tmp: being written
    return hidden or any(fnmatch.fnmatch(relative.name.lower(), pattern) for pattern in IGNORED)


def _is_local(file_system: Any) -> bool:
    return "file" in ([file_system.protocol] if isinstance(file_system.protocol, str) else file_system.protocol)


def _modified_at(info: dict) -> datetime:
    """Every file system names this differently."""
    value = next((info[key] for key in ("mtime", "LastModified", "last_modified", "created") if info.get(key)), 0)
    moment = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)


def _date_in_name(name: str) -> datetime | None:
    for part in reversed(PurePosixPath(name).parts):
        if found := DATE.search(part):
            try:
                return datetime.combine(date(int(found[1]), int(found[3]), int(found[4])), time())
            except ValueError:
                continue
    return None


def clear(folder: Path) -> None:
    """Removes working copies: they hold personal data."""
    shutil.rmtree(folder, ignore_errors=True)
