"""One file on its way from the inbox into a raw table: fetched and hashed, then read once.

Whatever goes wrong with it becomes its refusal; nothing of it reaches the other files.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipelines.sources.inbox import InboxFile, clear
from pipelines.sources.preset import Table
from pipelines.sources.reader import as_refusal, open_file
from pipelines.sources.report import Refusal

DUPLICATE = "the same content is already loaded"


class Arrival:
    """A file on its way: fetched and hashed, then read once, table by table."""

    def __init__(self, file: InboxFile, folder: Path):
        self.file, self.report, self.folder = file, file.report(), folder
        self.table: Table | None = None
        self.batches: Iterator[pa.RecordBatch] = iter(())

    def meet(self, known: set[str]) -> None:
        """Finds out what the file is. Content that is already in is not read again."""
        try:
            path, self.report.file_id = self.file.fetch(self.folder)
            if self.report.file_id in known:
                self.report.status, self.report.reason = "duplicate", DUPLICATE
                clear(self.folder)
                return
            self.table, self.batches = open_file(path, self.report, self.folder)
            known.add(self.report.file_id)
        except Exception as error:  # one file never stops the others
            self._refuse(error)

    def rows(self) -> Iterator[pa.RecordBatch]:
        """The file's rows; an error within them refuses the file, and what it had given is removed at the end."""
        try:
            yield from self.batches
            if self.file.has_changed():
                raise Refusal("the file changed while it was read", "it is read again at the next run")
            self.report.status = "loaded"
        except Exception as error:  # one file never stops the others
            self._refuse(error)
        finally:
            clear(self.folder)

    def _refuse(self, error: Exception) -> None:
        self.report.refuse(as_refusal(error))
        clear(self.folder)
