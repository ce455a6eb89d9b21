"""What is said about a file: the report of one file, of one landing, and why something was left out.

Reading and loading stay out; how an error becomes words that quote nobody is `pipelines.redaction`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.redaction import Told


class Refusal(Told):
    """A file that cannot be loaded: why, and what a person can do about it."""

    def __init__(self, reason: str, remedy: str):
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


@dataclass(frozen=True)
class BadRow:
    """One record that was left out, with the line as it stood in the file."""

    line: int
    reason: str
    remedy: str
    raw: str = field(repr=False)


@dataclass
class FileReport:
    """One file: what it is, what came out of it, what is wrong with it."""

    source: str
    file_name: str  # below the source's folder
    file_size: int
    modified_at: datetime  # UTC without a zone, as all times here
    exported_at: datetime
    status: str = "ready"  # ready, loaded, refused, duplicate
    file_id: str | None = None
    table_name: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: dict[str, str] = field(default_factory=dict)  # header as written -> raw column, or slug within _extra
    rows_loaded: int = 0
    reason: str | None = None  # why it was refused; of a loaded file, what a person should know
    remedy: str | None = None
    bad_rows: list[BadRow] = field(default_factory=list, repr=False)

    @property
    def rows_quarantined(self) -> int:
        return len(self.bad_rows)

    @property
    def rows_read(self) -> int:
        return self.rows_loaded + self.rows_quarantined

    def refuse(self, refusal: Refusal) -> None:
        """Nothing of a refused file is kept: its rows stay in the file."""
        self.status, self.reason, self.remedy = "refused", refusal.reason, refusal.remedy
        self.rows_loaded, self.bad_rows = 0, []


@dataclass
class LandingReport:
    """What one landing did: the files it had not met before."""

    files: list[FileReport] = field(default_factory=list)

    def having(self, status: str) -> Iterator[FileReport]:
        return (file for file in self.files if file.status == status)

    @property
    def loaded(self) -> list[FileReport]:
        return list(self.having("loaded"))

    @property
    def refused(self) -> list[FileReport]:
        return list(self.having("refused"))

    @property
    def duplicates(self) -> list[FileReport]:
        return list(self.having("duplicate"))

    @property
    def rows_loaded(self) -> int:
        return sum(file.rows_loaded for file in self.files)

    @property
    def rows_quarantined(self) -> int:
        return sum(file.rows_quarantined for file in self.files)

    @property
    def changed(self) -> bool:
        """Whether the raw tables differ from before."""
        return any(file.status == "loaded" for file in self.files)
