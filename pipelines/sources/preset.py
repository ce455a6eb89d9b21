"""What a preset says about a system's exports: which files, which tables, which header spellings.

A preset is data. Reading files is `reader`, loading them is `landing`, meaning is `models/staging/<source>`.
"""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Table:
    """One raw table and the export files that fill it.

    `columns` maps the raw column to the header spellings that mean it, compared without case and with
    white space folded; the raw column's own name always counts. A header that no column knows is kept,
    under a latin slug, in the JSON object `_extra`. Without columns every record lands whole, as JSON text,
    in `payload`.
    """

    name: str
    description: str
    files: tuple[str, ...] = ("*",)  # case-insensitive patterns on the file name
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()  # a file without these raw columns is not this table
    delimiter: str | None = None  # None: detected from the file
    marks: tuple[str, ...] = ()  # members by which a JSON file whose name says nothing is known
    format: Literal["delimited", "json", "mail"] = "delimited"


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A system Svod knows: the folder `inbox/<name>/` and the schema `raw_<name>` belong to it."""

    name: str
    title: str
    kind: Literal["crm", "email", "analytics", "social", "commerce"]
    tables: tuple[Table, ...]
    where: str  # one line for people: how to get these files out of the system

    def table(self, name: str) -> Table:
        """The table of that name; `KeyError` if there is none."""
        return {table.name: table for table in self.tables}[name]
