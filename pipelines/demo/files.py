"""Writing files as systems do: their delimiter, encoding, header and line end, and a time of writing that repeats.

DuckDB writes the rows; header, encoding and the few broken lines are put around them here, streaming.
"""

import codecs
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

CHUNK = 1 << 20


@dataclass(frozen=True)
class Company:
    """What every writer needs: the facts (`con`), where to write and the time told."""

    con: duckdb.DuckDBPyConnection
    inbox: Path
    start_at: datetime
    end_at: datetime

    def path(self, name: str) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def day(self, before_end: int = 1) -> str:
        """A date for a file's name: that many days before the end."""
        return (self.end_at - timedelta(days=before_end)).strftime("%Y-%m-%d")

    def delimited(
        self, name: str, header: list[str], query: str, *, delimiter: str = ",", encoding: str = "utf-8", broken: tuple[str, ...] = (), written: int = 1
    ) -> Path:
        """Writes `query` under `header` (which may repeat a name); `broken` lines go last, `written` hours before the end."""
        options = f"format csv, header false, delimiter '{delimiter}', quote '\"', escape '\"', nullstr ''"
        head = delimiter.join(_quoted(title, delimiter) for title in header)
        return self._write(name, head, query, options, encoding, broken, written)

    def lines(self, name: str, query: str, *, broken: tuple[str, ...] = (), header: str | None = None, encoding: str = "utf-8", written: int = 1) -> Path:
        """Writes the one text column of `query`, a value a line, exactly as it is."""
        return self._write(name, header, query, "format csv, header false, delimiter '\x01', quote '', escape '', nullstr ''", encoding, broken, written)

    def _write(self, name, head, query, options, encoding, broken, written) -> Path:
        path = self.path(name)
        with tempfile.NamedTemporaryFile(suffix=".rows") as rows:
            self.con.execute(f"copy ({query}) to '{rows.name}' ({options})")
            with open(rows.name, "rb") as source, open(path, "wb") as target:
                encoder = codecs.getincrementalencoder(encoding)(errors="replace")
                target.write(encoder.encode("" if head is None else head + "\n"))
                if encoding == "utf-8":
                    shutil.copyfileobj(source, target, CHUNK)
                else:
                    decoder = codecs.getincrementaldecoder("utf-8")()
                    while block := source.read(CHUNK):
                        target.write(encoder.encode(decoder.decode(block)))
                target.write(encoder.encode("".join(line + "\n" for line in broken)))
        return self.stamp(path, written)

    def stamp(self, path: Path, written: int = 1) -> Path:
        """Sets the file's time: `written` hours before the end."""
        at = (self.end_at.replace(tzinfo=UTC) - timedelta(hours=written)).timestamp()
        os.utime(path, (at, at))
        return path

    def zip(self, name: str, members: list[Path]) -> Path:
        """Packs files and removes them."""
        path, at = self.path(name), self.end_at - timedelta(hours=1)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in members:
                entry = zipfile.ZipInfo(member.name, at.timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                with member.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target, CHUNK)
                member.unlink()
        return self.stamp(path)


def _quoted(title: str, delimiter: str) -> str:
    return f'"{title}"' if delimiter in title else title


def split(columns: dict[str, str]) -> tuple[list[str], str]:
    """A header and the matching select list, from `{title: expression}`."""
    return list(columns), ", ".join(columns.values())
