"""Putting files into an inbox, and looking at the warehouse afterwards."""

from pipelines.warehouse import connect

HEADER = "order_id,ordered_at,email,sku,quantity\n"


def orders(count: int, prefix: str = "A") -> str:
    """A good orders file."""
    return HEADER + "".join(f"{prefix}{number},2025-01-02 10:00:00,buyer{number}@example.com,S-{number % 7},{number % 3 + 1}\n" for number in range(count))


def put(data, name: str, content: str | bytes):
    """A file in the inbox: `<source>/<name>`."""
    path = data / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def query(sql: str, parameters: list | None = None) -> list[tuple]:
    """What the warehouse holds."""
    with connect(read_only=True) as connection:
        return connection.execute(sql, parameters or []).fetchall()


def everything() -> dict[str, list[tuple]]:
    """All rows the landing wrote, without what differs from load to load."""
    own = "(table_schema like 'raw%' and table_name not like '#_dlt%' escape '#') or (table_schema = 'landing' and table_name in ('files', 'quarantine', 'started'))"
    tables = query(f"select table_schema, table_name from information_schema.tables where {own} order by all")
    return {f"{schema}.{table}": _rows(schema, table) for schema, table in tables}


def _rows(schema: str, table: str) -> list[tuple]:
    columns = [row[0] for row in query(f"describe {schema}.{table}") if row[0] not in ("load_id", "_dlt_load_id", "landed_at")]
    return sorted(query(f"select {', '.join(columns)} from {schema}.{table}"), key=repr)
