"""How long rows are kept, by source and purpose: the seed `retention.csv`. What is older goes by the machine that erases people, row by row.

A rule counts from when something happened, was exported or landed. A record goes with its last row; a body of many events when all are old.
No tombstones: an old row may be old because its export is, and the person may come back tomorrow.

What keeps advertising away outlives its time: rows that say a withdrawal, an objection, an end or a suppression stay, and the consents before it of the
same address or record, from which a flag's "no" follows. Without them an older consent of another source would count again. Of a record that goes as
a whole they go too.
"""

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines import pseudonymise
from pipelines.privacy import erase, searching, subject
from pipelines.settings import PROJECT, settings
from pipelines.sources import manifest
from pipelines.sources.registry import presets
from pipelines.warehouse import connect

# Rows that stop something, of addresses or of records that stay.
STOPS = """
select _file_id, _line from intermediate.int_consent_events
where source = '{source}' and coalesce(record_id, value, raw_value) in (
        select coalesce(record_id, value, raw_value) from intermediate.int_consent_events where source = '{source}' and action in ('withdrawn', 'objected', 'expired')
    ) and coalesce(record_id, '') not in (select record_id from intermediate.int_records where source = '{source}' and (_file_id, _line) in (from old))
union
select _file_id, _line from intermediate.int_suppressions where source = '{source}'
"""
SEED = PROJECT / "seeds" / "retention.csv"


@dataclass(frozen=True)
class Rule:
    """A line of the seed, and how many rows it would remove."""

    source: str
    table_name: str
    purpose: str
    legal_basis: str
    counted_from: str
    kept_days: int
    reason: str
    reason_ru: str
    rows: int = 0


def rules(file: Path = SEED) -> list[Rule]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [Rule(**row | {"kept_days": int(row["kept_days"])}) for row in csv.DictReader(lines)]


def without_rule() -> list[str]:
    """Raw tables of which no rule says how long they are kept, such as those of a source just added: they are kept for ever."""
    ruled = {(rule.source, rule.table_name) for rule in rules()}
    return [f"{preset.name}.{table.name}" for preset in presets().values() for table in preset.tables if (preset.name, table.name) not in ruled]


def due(run_at: datetime) -> list[Rule]:
    """The rules with what they would remove as of `run_at`. Changes nothing."""
    if not settings().warehouse.exists():
        return rules()
    with connect(read_only=True) as connection:
        tables = subject.tables_of(connection)
        if ("landing", "quarantine") not in tables:  # a first landing that was killed at once, or dbt before any
            return rules()
        return [Rule(**vars(rule) | {"rows": connection.execute(f"select count(*) from ({_expired(rule, run_at, tables)})").fetchone()[0]}) for rule in rules()]


def apply(run_at: datetime) -> Path | None:
    """Removes what is due and returns the proof; None if nothing is."""
    path = erase.under_way() / "subject.duckdb"
    subject.create(path)
    with connect() as connection:
        manifest.create_tables(connection)
        connection.execute(f"attach '{path}' as subject")
        tables = subject.tables_of(connection)
        for rule in rules():
            connection.execute(f"insert into subject.rows {_expired(rule, run_at, tables)}")
        rows = connection.execute("select count(*) from subject.rows").fetchone()[0]
        if rows:
            _with_their_records(connection, tables)
            pseudonymise.register(connection)
            subject.add_pseudonyms(connection)
    if not rows:
        erase.give_up()
        return None
    order = erase.Order(["retention"], "the schedule", f"{run_at:%Y-%m-%d %H:%M:%S}", "retention", before=searching.search(path))
    return erase.carry_out(order)


def _expired(rule: Rule, run_at: datetime, tables: dict) -> str:
    """File and line of every row that is too old."""
    limit = f"timestamp '{run_at:%Y-%m-%d %H:%M:%S}' - interval {rule.kept_days} days"
    if rule.source == "landing":
        return f"select file_id, line from landing.quarantine where landed_at < {limit} and line is not null"
    raw = f'"raw_{rule.source}"."{rule.table_name}"'
    if (f"raw_{rule.source}", rule.table_name) not in tables:
        return "select null::varchar as file_id, null::bigint as line where false"
    old = f"select _file_id, _line from {raw} where _exported_at < {limit}"
    if rule.counted_from == "occurred_at" and ("intermediate", "int_events") in tables:
        # What staging passed over (an older file of the same day) has no event: its export's time must do.
        old = f"""
            with happened as (select _file_id, _line, max(occurred_at) as at from intermediate.int_events where source = '{rule.source}' group by _file_id, _line)
            select raw._file_id, raw._line from {raw} as raw
            left join happened on raw._file_id = happened._file_id and raw._line = happened._line
            where coalesce(happened.at, raw._exported_at) < {limit}"""
    if not {("intermediate", name) for name in ("int_consent_events", "int_suppressions", "int_records")} <= set(tables):
        return old
    return f"with old as ({old}) select _file_id, _line from old where (_file_id, _line) not in ({STOPS.format(source=rule.source)})"


def _with_their_records(connection: duckdb.DuckDBPyConnection, tables: dict) -> None:
    """Records whose newest row goes are gone as a whole; events and orders go with their rows."""
    connection.execute("create or replace table subject.rows as select distinct file_id, line from subject.rows")
    if ("intermediate", "int_records") in tables:
        connection.execute("insert into subject.records select record_id from intermediate.int_records where (_file_id, _line) in (from subject.rows)")
    for table, key in (("int_events", "event_id"), ("int_orders", "order_id"), ("int_consent_events", "consent_event_id")):
        if ("intermediate", table) in tables:
            connection.execute(f"insert into subject.ids select distinct {key} from intermediate.{table} where (_file_id, _line) in (from subject.rows)")
    if ("identity", "record_customers") in tables:  # nobody was matched yet if the first run did not get so far
        connection.execute("insert into subject.numbers select n from matching.people where record_id in (from subject.records)")
        connection.execute(subject.CUSTOMERS)
        # A customer stays who still has a record.
        connection.execute(
            "delete from subject.customers where customer_id in (select customer_id from identity.record_customers where record_id not in (from subject.records))"
        )
