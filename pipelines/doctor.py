"""What `svod doctor` looks at: settings in force, where they came from, and whether the machine can do the work."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import duckdb
from pydantic import BaseModel

from pipelines.redaction import Told
from pipelines.settings import PROJECT, settings

PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dlt", "splink", "dagster", "great-expectations")
FREE_SPACE = 2 * 1024**3  # bytes; a run rewrites the published files before the old ones go


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `remedy` is what to do if it is not `ok`."""

    ok: bool
    what: str
    how: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """All findings, cheapest first. Nothing is changed, nothing leaves the machine."""
    yield Finding(sys.version_info >= (3, 11), "Python", sys.version.split()[0], "Install Python 3.11 or newer")
    yield packages()
    for name in type(settings()).model_fields:
        yield Finding(True, name, f"{shown(name)} ({origin(name)})")
    yield data_folder()
    yield warehouse_is_free()
    yield inbox_answers()
    yield identifier_types_are_right()
    yield decisions_are_right()


def packages() -> Finding:
    try:
        return Finding(True, "packages", ", ".join(f"{package} {version(package)}" for package in PACKAGES))
    except PackageNotFoundError as error:
        return Finding(False, "packages", f"{error.name} is missing", "Run make install")


def shown(name: str) -> str:
    """A setting for the screen; of a group of settings what was set. Options of the inbox hold its password, so only their names are shown."""
    value = getattr(settings(), name)
    if name == "inbox":
        return settings().inbox_shown
    if name == "inbox_options":
        return ", ".join(value) or "none"
    return ", ".join(what_is_set(value.model_dump(exclude_defaults=True))) or "nothing set" if isinstance(value, BaseModel) else str(value)


def what_is_set(values: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """The leaves of nested settings, `email.host = …` each; pydantic shows a secret as asterisks."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from what_is_set(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name} = {value}"


def origin(name: str) -> str:
    """Where a setting's value came from."""
    if any(variable == f"SVOD_{name.upper()}" or variable.startswith(f"SVOD_{name.upper()}__") for variable in os.environ):
        return "environment"
    toml = PROJECT / "svod.toml"
    return "svod.toml" if name in settings().model_fields_set and toml.exists() else "default"


def data_folder() -> Finding:
    folder = settings().data
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    ok = free > FREE_SPACE and os.access(folder, os.W_OK)
    return Finding(ok, "data folder", f"{folder}, {free / 1024**3:.0f} GB free", "Make room, or point SVOD_DATA at a disk with at least 2 GB")


def warehouse_is_free() -> Finding:
    path = settings().warehouse
    if not path.exists():
        return Finding(True, "warehouse", "not made yet: the first run makes it")
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error as error:
        locked = "lock" in str(error).lower()
        return Finding(
            False, "warehouse", "in use by another process" if locked else "cannot be opened", "Wait for the run to end, or close the program that has it open"
        )
    return Finding(True, "warehouse", f"{path.stat().st_size / 1024**2:,.0f} MB")


def inbox_answers() -> Finding:
    from pipelines.sources.inbox import list_files

    try:
        count = sum(1 for _ in list_files())
    except Exception as error:  # any file system may fail in its own way; the finding is the answer
        return Finding(False, "inbox", f"{settings().inbox_shown}: {type(error).__name__}", "Check the address, the keys in the environment and inbox_options")
    return Finding(True, "inbox", f"{settings().inbox_shown}, {count} files")


def identifier_types_are_right() -> Finding:
    from pipelines.identity import identifier_types

    return lines_are_right("identifier types", identifier_types.read, "Correct seeds/identifier_types.csv; docs/identity.md tells what it says")


def decisions_are_right() -> Finding:
    from pipelines.identity import decisions

    return lines_are_right("decisions of stewards", decisions.read, "Correct seeds/identity_overrides.csv; docs/identity.md tells what it says")


def lines_are_right(what: str, read: Callable[[], list], remedy: str) -> Finding:
    """Whether every line of a seed can be obeyed."""
    try:
        return Finding(True, what, f"{len(read())} lines")
    except Told as error:
        return Finding(False, what, str(error), remedy)
