"""What a platform takes: columns, limits, and by what it knows people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """One kind of file. `columns` are header → expression over `people`; `keys` the sets of headers by each of which alone a person is found."""

    name: str
    columns: dict[str, str]
    keys: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Target:
    """A platform. Limits are those that it publishes; `how` says where the files go, in English and Russian."""

    name: str
    files: tuple[File, ...]
    least_rows: int  # below it the platform does not use a list
    most_rows: int
    most_bytes: int
    how: tuple[str, str]
