"""Made-up customers as the intermediate models and the identity step would leave them: `python -m benchmarks.marts.data --help`.

Written with DuckDB alone, in sets, into the warehouse of the data folder. Reading exports and matching stay out: other benchmarks measure them.
"""

from typing import Annotated

import duckdb
import typer

from benchmarks.marts import statements
from pipelines.demo import lexicon
from pipelines.warehouse import connect


def main(
    customers: Annotated[int, typer.Option(help="Customers of day 1; each has ten events.")] = 1_000_000,
    day: Annotated[int, typer.Option(help="1, or 2: the day after, for one customer in a hundred something new.")] = 1,
) -> None:
    with connect() as connection:
        for macro in statements.MACROS:
            connection.execute(macro.replace("create macro", "create temp macro"))
        if day == 1:
            write(connection, customers)
        else:
            for statement in statements.TOMORROW:
                connection.execute(statement)


def write(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    connection.execute("create schema intermediate")
    connection.execute("create schema identity")
    lexicon.load(connection)
    connection.execute(statements.PEOPLE, {"people": customers})
    connection.execute(statements.RECORDS)
    for schema, tables in (("intermediate", statements.INTERMEDIATE), ("identity", statements.IDENTITY)):
        for name, query in tables.items():
            connection.execute(f"create table {schema}.{name} as {query}")


if __name__ == "__main__":
    typer.run(main)
