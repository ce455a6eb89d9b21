"""Writing a DuckDB file anew: deleting leaves the bytes where they were, copying into a fresh file does not."""

from pathlib import Path

import duckdb

from pipelines.files import put, quoted
from pipelines.settings import settings


def rewrite(path: Path) -> None:
    """The same tables and views in a fresh file, in the place of the old one at once. Nobody may have it open for writing."""
    draft = path.with_name(f".{path.name}.draft")
    for leaving in (draft, draft.with_name(f"{draft.name}.wal")):
        leaving.unlink(missing_ok=True)
    config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": settings().memory_limit,
        "threads": str(settings().threads),
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute(f"attach '{quoted(path)}' as old")  # writable, so that what a killed process left in the log is taken in
        connection.execute(f"attach '{quoted(draft)}' as new")
        connection.execute("copy from database old to new")
        connection.execute("checkpoint new")
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    draft.chmod(path.stat().st_mode & 0o777)
    put(draft, path)
