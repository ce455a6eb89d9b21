"""Brings what was heard into the inbox, at the beginning of a landing: finished files of `<data>/responses` become exports of their sources.

A provider's webhook bodies go to the source `esp`, as if somebody had archived them; all else goes to `responses`. Many small files become one.
Killed in between, the same lines come twice; each has an id, by which staging counts it once.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import fsspec

from pipelines.files import put
from pipelines.responses.segments import folder, is_finished
from pipelines.settings import settings

KEPT_APART = "sent"  # one file per batch of the sender
SOURCES = {"sendgrid": "esp", "unisender": "esp"}  # others: responses
PORTION = 64 << 20  # bytes
MARK = "heard"  # in the names of files that were not put into the inbox by anybody


def deliver() -> int:
    """Returns how many files were put into the inbox."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder().glob("*.jsonl")):
        kind = path.name.partition("_")[0]
        if is_finished(path):
            groups[path.name if kind == KEPT_APART else kind].append(path)
    return sum(_deliver(name, paths) for name, group in groups.items() for paths in _portions(group))


def _deliver(name: str, paths: list[Path]) -> int:
    kind = name.partition("_")[0]
    content = b"".join(_lines(path) for path in paths)
    if content:
        target = name if kind == KEPT_APART else f"{kind}_{MARK}_{hashlib.sha256(content).hexdigest()[:16]}.jsonl"
        _put(f"{SOURCES.get(kind, 'responses')}/{target}", content)
    for path in paths:
        path.unlink()
    return 1 if content else 0


def _portions(paths: list[Path]) -> Iterator[list[Path]]:
    """No more at once than memory takes easily, however long nothing was delivered."""
    portion, size = [], 0
    for path in paths:
        portion.append(path)
        size += path.stat().st_size
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def is_ours(source: str, name: str) -> bool:
    """Whether a file of the inbox was put there by `deliver`."""
    return (source == "responses" and name.startswith(f"{KEPT_APART}_")) or (source in ("responses", "esp") and f"_{MARK}_" in name)


def _lines(path: Path) -> bytes:
    """A line that a power cut tore stays a line of its own, so that it harms no other and lands in quarantine."""
    content = path.read_bytes()
    return content if content.endswith(b"\n") or not content else content + b"\n"


def _put(name: str, content: bytes) -> None:
    file_system, root = fsspec.core.url_to_fs(settings().inbox_url, **settings().inbox_options)
    if "file" not in ([file_system.protocol] if isinstance(file_system.protocol, str) else file_system.protocol):
        file_system.pipe_file(f"{root}/{name}", content)
        return
    path = Path(root) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.chmod(0o600)
    put(draft, path)
