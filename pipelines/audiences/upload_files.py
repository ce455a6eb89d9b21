"""Changes of an audience as CSV files, within a platform's limits."""

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.audiences.target import File, Target
from pipelines.files import quoted


def write_files(connection: DuckDBPyConnection, target: Target, file: File, draft: Path, full: bool) -> None:
    """The rows in files of equal size within the platform's limits, removals first: who is in both is to stay."""
    width = " + ".join(f'coalesce(strlen("{header}"), 0) + 3' for header in file.columns)  # separator and quotes
    order = ", ".join(f'"{header}"' for header in file.columns)
    for step, (what, table) in enumerate((("remove", "to_remove"), ("replace" if full else "add", "to_add")), start=1):
        rows, widest = connection.execute(f"select count(*), max({width}) from {table}").fetchone()
        files = -(-rows // min(target.most_rows, target.most_bytes // (widest or 1) - 1))  # less a line for the headers
        if files > 1:
            connection.execute(f"create or replace temp table parted as select *, ntile({files}) over (order by {order}) as part from {table}")
        for number in range(1, files + 1):
            chosen = f"select {order} from parted where part = {number}" if files > 1 else f"select * from {table}"
            path = draft / f"{step}-{what}-{file.name}{f'-{number:03d}' if files > 1 else ''}.csv"
            connection.execute(f"copy ({chosen} order by {order}) to '{quoted(path)}' (format csv, header, delimiter ',')")
