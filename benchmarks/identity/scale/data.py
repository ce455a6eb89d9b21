"""Millions of records with their truth, written in SQL straight into the shape that matching reads: `python -m benchmarks.identity.scale.data --help`.

People, families and flaws are those of the demo company, with the long tails that millions have: names and towns are as frequent as their
rank makes them (Zipf, flattened at the top), most of them rare. Keys of names are made by the project's own macro, from Cyrillic and Latin
alike. Chance is drawn from md5 by record and purpose, so that day 2 is day 1 but for what changed: 0.5% of the records in one respect,
0.25% are new and 0.25% are gone. Reading and standardizing exports stay out: `make bench` measures them.
"""

from pathlib import Path
from typing import Annotated

import duckdb
import jinja2
import typer

from benchmarks.identity.scale import statements
from pipelines.demo import draws, lexicon
from pipelines.settings import PROJECT, settings

RECORDS_PER_PERSON = 2.4
# Not where a run looks for the truth: measuring is not matching, and the peer does not do it either.
TRUTH = "truth.parquet"
# Of three records drawn anew in one respect one comes out as it was.
CHANGED, NEW, GONE = 0.0068, 0.0025, 0.0025


def main(
    records: Annotated[int, typer.Option(help="Records of day 1, roughly.")] = 1_000_000,
    day: Annotated[int, typer.Option(help="1, or 2: the day after.")] = 1,
    seed: Annotated[int, typer.Option(help="Another company.")] = 1,
) -> None:
    """Write schema `intermediate` of the warehouse and the truth, into the data folder of the settings. What matching left in the warehouse stays."""
    truth = settings().data / TRUTH
    truth.parent.mkdir(parents=True, exist_ok=True)
    with draws.connection(seed) as connection:
        connection.execute("set preserve_insertion_order = false")
        words(connection)
        write(connection, records, day, truth)


def words(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `word`: rank by rank the keys of names, towns and streets, the demo company's first and rarer ones spliced from them."""
    lexicon.load(connection)
    connection.execute(f"create macro key_of(name) as {name_key('name')}")
    connection.execute(statements.HEADS)
    connection.execute(statements.WORDS)


def name_key(column: str) -> str:
    """The macro that standardizing uses, written out."""
    macros = "".join((PROJECT / "macros" / file).read_text(encoding="utf-8") for file in ("name_key.sql", "text.sql"))
    return jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(macros + "{{ name_key('" + column + "') }}").render().strip()


def write(connection: duckdb.DuckDBPyConnection, records: int, day: int, truth: Path) -> None:
    total = round(records * (1 + NEW))
    for statement in statements.PEOPLE:
        connection.execute(statement, {"people": round(total / RECORDS_PER_PERSON * 1.02) + 2} if "$people" in statement else None)
    connection.execute(statements.RECORDS, {"total": total, "day": day, "changed": CHANGED, "new": NEW, "gone": GONE})
    for statement in statements.TYPED:
        connection.execute(statement)
    connection.execute(f"attach '{settings().warehouse}' as warehouse")
    connection.execute("create schema if not exists warehouse.intermediate")
    for table, query in statements.TABLES.items():
        connection.execute(f"create or replace table warehouse.intermediate.{table} as {query}")
    connection.execute(f"copy (select record_id, person_id from typed order by record_id) to '{truth}' (format parquet)")


if __name__ == "__main__":
    typer.run(main)
