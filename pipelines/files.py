"""Writing a file so that no reader ever sees half of it, whatever happens on the way; and whether its writer is still there."""

import fcntl
import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Puts a file with this text in the place of `path`, at once or not at all."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(text, encoding="utf-8")
    put(draft, path)


def put(draft: Path, path: Path) -> None:
    """Puts a finished draft in the place of `path`, at once or not at all."""
    sync(draft)
    os.replace(draft, path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_held(path: Path) -> bool | None:
    """Whether a process still holds the lock of a file that it writes, which it loses however it ends; None if there is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def quoted(path: Path) -> str:
    """A path as it stands between the quotes of an SQL literal."""
    return str(path).replace("'", "''")
