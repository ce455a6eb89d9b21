"""How large a segment is, whom of it each channel reaches, and a few of its people with masked names.

The segment may be one that exists, or SQL of a marketer: one select that gives `customer_id`. That SQL is read by DuckDB's own parser
and run on a connection that cannot write, leave its file or run for long (`reading`); of what it gives only the ids of customers are
used, so nothing else of the file can come to the screen through it.
"""

import re
from dataclasses import dataclass

import duckdb

from pipelines.identity import masking
from pipelines.redaction import plain
from pipelines.segments.reading import NotAnswered, must_know

CHANNELS = ("email", "sms", "phone", "messenger", "web_push")
ANY = "any of them"
SECONDS = 30.0


@dataclass(frozen=True)
class Preview:
    """What there is to say of a segment. Shares are None for nobody."""

    customers: int
    all_customers: int
    reachable: dict[str, int]  # by channel, and by at least one
    sample: list[tuple[str, str, str, str, int]]  # id, name, e-mail, phone, purchases
    strangers: int  # ids given that are no customer's, former ids not counted


def preview(connection: duckdb.DuckDBPyConnection, asked: str, *, sample: int = 5, unmasked: bool = False) -> Preview:
    """Of a segment by its name, or of SQL."""
    if re.fullmatch(r"\w+", asked.strip()):
        must_know(connection, asked.strip())
        query, values = "select customer_id from segments.segment_members where segment = ?", [asked.strip()]
    else:
        query, values = checked(connection, asked), []
    ids = sorted({row[0] for row in _run(connection, query, values) if row[0] is not None})
    return _told(connection, ids, sample, unmasked)


def checked(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The one select that the text is, giving customer_id; anything else is refused."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise NotAnswered(f"This is no SQL that DuckDB reads: {_short(error)}") from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise NotAnswered("Only one select may be asked, such as: select customer_id from marts.customer_360 where orders_count > 3")
    query = statements[0].query.strip().rstrip(";")
    try:
        columns = [column[0] for column in connection.execute(f"select * from ({query}\n) as asked limit 0").description]
    except duckdb.Error as error:
        raise _refused(error) from None
    if columns.count("customer_id") != 1:
        raise NotAnswered("The select must give one column named customer_id")
    return f"select distinct cast(customer_id as varchar) from ({query}\n) as asked"


def _run(connection: duckdb.DuckDBPyConnection, query: str, values: list) -> list[tuple]:
    try:
        return connection.execute(query, values).fetchall()
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise _refused(error) from None


def _refused(error: duckdb.Error) -> Exception:
    """Limits are told where they are set; what DuckDB says of the rest may quote people's values, and is told without them."""
    if isinstance(error, duckdb.InterruptException | duckdb.OutOfMemoryException):
        return error
    if isinstance(error, duckdb.PermissionException | duckdb.IOException):
        return NotAnswered("Only the tables of this file may be read: no other file, no network and no setting")
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException):
        return NotAnswered(f"DuckDB does not take this select: {_short(error)}")
    return NotAnswered(f"This select fails on the way ({type(error).__name__}); what DuckDB says of it may hold somebody's values and is not shown")


def _short(error: duckdb.Error) -> str:
    return plain(error).splitlines()[0].rstrip(".")


def _told(connection: duckdb.DuckDBPyConnection, ids: list[str], sample: int, unmasked: bool) -> Preview:
    now = """(select distinct redirects.customer_id from (select unnest($ids) as id) as given
              inner join marts.customer_redirects as redirects on given.id = redirects.old_customer_id where redirects.customer_id is not null)"""
    customers = connection.execute(f"select count(*) from marts.customer_360 semi join {now} using (customer_id)", {"ids": ids}).fetchone()[0]
    sums = ", ".join(f"count(*) filter (where channel = '{channel}')" for channel in CHANNELS)
    reachable = connection.execute(
        f"select {sums}, count(distinct customer_id) from marts.customer_channels semi join {now} using (customer_id) where is_reachable", {"ids": ids}
    ).fetchone()
    people = connection.execute(
        f"""select customer_id, coalesce(full_name, ''), coalesce(email, ''), coalesce(phone, ''), orders_count
            from marts.customer_360 semi join {now} using (customer_id) order by md5(customer_id) limit $sample""",
        {"ids": ids, "sample": sample},
    ).fetchall()
    known = "select count(*) from (select unnest($ids) as id) as given anti join marts.customer_redirects on id = old_customer_id"
    strangers = connection.execute(known, {"ids": ids}).fetchone()[0]
    total = connection.execute("select count(*) from marts.customer_360").fetchone()[0]
    masks = (masking.mask_name, masking.mask_email, masking.mask_phone)
    shown = [(row[0], *(value if unmasked or not value else mask(value) for value, mask in zip(row[1:4], masks, strict=True)), row[4]) for row in people]
    return Preview(customers, total, dict(zip((*CHANNELS, ANY), reachable, strict=True)), shown, strangers)
