"""The files that `svod identity evaluate` is given: the records into an inbox of their own, the truth into a Parquet file.

Both are read as exports are: any encoding, delimiter and spelling of the header. What a value means is staging's.
"""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.files import quoted
from pipelines.identity.words import Note
from pipelines.redaction import Told
from pipelines.sources.delimited import open_delimited
from pipelines.sources.landing import land
from pipelines.sources.parquet import open_parquet
from pipelines.sources.people import PEOPLE
from pipelines.sources.preset import Table
from pipelines.sources.reader import as_refusal
from pipelines.sources.report import FileReport

SOURCE = "people"
PREFIX = f"{SOURCE}:person:"
TRUTH = Table(
    name="truth",
    description="Who is who",
    columns={"record_id": ("record id", "id"), "entity_id": ("entity id", "entity", "person_id", "cluster")},
    required=("record_id", "entity_id"),
)

# As the macros `trimmed` and `blank_markers` have it for records, so that both sides name the same record; a test holds them together.
SPACES = (9, 10, 13, 160, 8203, 8239, 65279)
BLANKS = ("", "-", "--", "—", "n/a", "#n/a", "null", "none", "nil", "nan", "undefined", "unknown", "(not set)", "(none)", "[null]",
          "н/д", "нет данных", "не указано", "не указан", "не указана", "неизвестно")  # fmt: skip
# What R and spreadsheets write where no entity is known; among names of people it may be one.
NO_ENTITY = (*BLANKS, "na")

KNOWN = """
create temp table known as
select '{prefix}' || record_id as record_id, person_id
from (select trim(record_id, $spaces) as record_id, trim(entity_id, $spaces) as person_id from truth)
where not list_contains($blanks, lower(record_id)) and not list_contains($no_entity, lower(person_id))
"""
# A record that the truth gives to several people says nothing certain; one without an entity is not known.
STORE = """
copy (
    select record_id, any_value(person_id) as person_id
    from known
    group by record_id
    having count(distinct person_id) = 1
    order by record_id
) to '{to}' (format parquet)
"""
AMBIGUOUS = "select count(*) from (select record_id from known group by record_id having count(distinct person_id) > 1)"
LEFT_OUT = "select (select count(*) from truth) - (select count(*) from known)"
UNREAD = "{rows} rows of {file} cannot be read and are left out; the first is line {line}: {reason}"
UNUSED = "Columns of {file} that are not used, since none is known by that name: {columns}"
UNKNOWN = "{rows} rows of {file} name no record or no entity, being empty or saying NULL, n/a and the like, and are left out"
SEVERAL = "{rows} records have several entities in {file} and are left out of the comparison"


class CannotEvaluate(Told):
    """What is wrong with the files, in words for whoever gave them."""


def land_records(records: Path, inbox: Path) -> tuple[int, list[Note]]:
    """Loads the file into the raw table; how many rows it has, and what was set aside."""
    inbox.mkdir(parents=True)
    # Under a name that no rule of the inbox passes over.
    target = inbox / ("records" + "".join(records.suffixes[-2 if records.suffix.lower() == ".gz" else -1 :]).lower())
    shutil.copyfile(records, target)
    if _is_parquet(target):
        _as_text(target, records.name)
    reports = land(datetime(2026, 1, 1)).files
    if not any(report.status == "loaded" for report in reports):
        reasons = "; ".join(str(report.reason) for report in reports) or "there is nothing in it"
        raise CannotEvaluate(f"{records.name}: {reasons}. Records are CSV, XLSX or Parquet with a column record_id")
    bad = [row for report in reports for row in report.bad_rows]
    notes = [Note(UNREAD, rows=len(bad), file=records.name, line=bad[0].line, reason=bad[0].reason)] if bad else []
    unused = sorted({name for report in reports for name, column in report.header.items() if column not in PEOPLE})
    notes += [Note(UNUSED, file=records.name, columns=", ".join(unused))] if unused else []
    return sum(report.rows_loaded for report in reports), notes


def store_truth(truth: Path, to: Path, folder: Path) -> list[Note]:
    """Writes the truth as `measure.quality` reads it; says what of it cannot be used."""
    to.parent.mkdir(parents=True)
    folder.mkdir(parents=True)
    target = folder / ("truth" + truth.suffix.lower())
    shutil.copyfile(truth, target)
    report = FileReport(SOURCE, truth.name, target.stat().st_size, datetime(2026, 1, 1), datetime(2026, 1, 1))
    try:
        if _is_parquet(target):
            _as_text(target, truth.name)
            batches = list(open_parquet(target, report, [TRUTH])[1])
        else:
            batches = list(open_delimited(target, report, [TRUTH], folder).batches())
    except Exception as error:  # whatever the file is
        raise CannotEvaluate(f"{truth.name}: {as_refusal(error).reason}. A truth is CSV or Parquet with columns record_id and entity_id") from None
    empty = pa.table({column: pa.array([], pa.string()) for column in TRUTH.columns})
    with duckdb.connect() as connection:
        connection.register("truth", pa.Table.from_batches(batches).select(list(TRUTH.columns)) if batches else empty)
        spaces = " " + "".join(map(chr, SPACES))
        connection.execute(KNOWN.format(prefix=PREFIX), {"spaces": spaces, "blanks": list(BLANKS), "no_entity": list(NO_ENTITY)})
        connection.execute(STORE.format(to=quoted(to)))
        left_out, ambiguous = (connection.execute(query).fetchall()[0][0] for query in (LEFT_OUT, AMBIGUOUS))
    counts = {"{rows} rows of {file} cannot be read and are left out": len(report.bad_rows), UNKNOWN: left_out, SEVERAL: ambiguous}
    return [Note(text, rows=rows, file=truth.name) for text, rows in counts.items() if rows]


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _as_text(path: Path, name: str) -> None:
    """Numbers and lists as a person would write them: pandas makes 79161234567.0 of a column of numbers with gaps."""
    text = path.with_suffix(".text")
    try:
        with duckdb.connect() as connection:
            columns = connection.execute(f"describe select * from read_parquet('{quoted(path)}')").fetchall()
            spelled = ", ".join(f'{_text(column, kind)} as "{escaped}"' for column, kind, *_ in columns if (escaped := column.replace('"', '""')))
            connection.execute(f"copy (select {spelled} from read_parquet('{quoted(path)}')) to '{quoted(text)}' (format parquet)")
    except duckdb.Error:
        raise CannotEvaluate(f"{name}: the Parquet file is cut off, damaged or without columns: write it again") from None
    text.replace(path)


def _text(column: str, kind: str) -> str:
    name = '"' + column.replace('"', '""') + '"'
    if kind.endswith("[]"):
        return f"array_to_string(cast({name} as varchar[]), ';')"
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        return f"coalesce(cast(try_cast(case when {name} = floor({name}) then {name} end as hugeint) as varchar), cast({name} as varchar))"
    return f"coalesce(try_cast({name} as varchar), '')" if kind == "BLOB" else f"cast({name} as varchar)"
