"""The functions of this package, for DuckDB inside dbt: whole Arrow batches in, whole Arrow batches out.

dbt-duckdb loads it from `profiles.yml`. Models call these on distinct values that were never read before, never on every row:
the library reads some ten thousand numbers a second, DuckDB joins millions.
"""

import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from pipelines.settings import settings
from pipelines.standardize.emails import parse_email
from pipelines.standardize.phones import parse_phone

PHONE = pa.struct([("value", pa.string()), ("extension", pa.string()), ("problem", pa.string())])
EMAIL = pa.struct([("value", pa.string()), ("mailbox", pa.string()), ("problem", pa.string())])


def parse_phones(raw: pa.Array, region: pa.Array) -> pa.Array:
    """`parse_phone` over a batch."""
    return _structs((parse_phone(text, place) for text, place in zip(raw.to_pylist(), region.to_pylist(), strict=True)), PHONE)


def parse_emails(raw: pa.Array) -> pa.Array:
    """`parse_email` over a batch."""
    return _structs((parse_email(text) for text in raw.to_pylist()), EMAIL)


def _structs(rows, kind: pa.StructType) -> pa.Array:
    columns = zip(*rows, strict=True)
    return pa.StructArray.from_arrays([pa.array(column, pa.string()) for column in columns], fields=list(kind))


def register(connection: DuckDBPyConnection) -> None:
    """Makes `parse_phone(raw, region)` and `parse_email(raw)` known to the connection. Both return a struct."""
    phone = connection.struct_type({name: "VARCHAR" for name in PHONE.names})
    email = connection.struct_type({name: "VARCHAR" for name in EMAIL.names})
    connection.create_function("parse_phone", parse_phones, ["VARCHAR", "VARCHAR"], phone, type="arrow", null_handling="special")
    connection.create_function("parse_email", parse_emails, ["VARCHAR"], email, type="arrow", null_handling="special")


class Plugin(BasePlugin):
    """What dbt-duckdb looks for in the module."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        register(conn)
        (settings().data / "history").mkdir(mode=0o700, parents=True, exist_ok=True)  # DuckDB writes files, and makes no folder for them
