"""What of an audience has changed since a platform was last told: the rows to add, and the keys to take away."""

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.audiences.target import File
from pipelines.files import quoted


def compare(connection: DuckDBPyConnection, file: File, held: Path | None) -> None:
    """The temporary tables now_held, to_add and to_remove.

    A row goes by its keys: of a row that is gone, only those keys are taken away that no row of now has, and with them nothing else.
    Else the platform would lose a person whose phone another member still shares, or whose new e-mail it has just been told.
    """
    columns = ", ".join(f'{expression} as "{header}"' for header, expression in file.columns.items())
    found = " or ".join(f"({_all_there(key)})" for key in file.keys)
    connection.execute(f"create or replace temp table now_held as select distinct * from (select {columns} from people) as written where {found}")
    earlier = f"select * from read_parquet('{quoted(held)}')" if held else "select * from now_held where false"
    connection.execute(f"create or replace temp table was_held as {earlier}")
    connection.execute("create or replace temp table to_add as select * from now_held except select * from was_held")
    gone = {header: "null" for header in file.columns}
    joins = []
    for place_, key in enumerate(file.keys):
        names = ", ".join(f'"{header}"' for header in key)
        joins.append(f"left join (select distinct {names}, true as is_kept from now_held where {_all_there(key)}) as kept{place_} using ({names})")
        gone |= {header: f'case when kept{place_}.is_kept is null and {_all_there(key, "gone.")} then gone."{header}" end' for header in key}
    taken = ", ".join(f'{value} as "{header}"' for header, value in gone.items())
    dropped = "(select * from was_held except select * from now_held) as gone"
    connection.execute(
        f"create or replace temp table to_remove as select distinct * from (select {taken} from {dropped} {' '.join(joins)}) as without where {found}"
    )


def _all_there(key: tuple[str, ...], table: str = "") -> str:
    return " and ".join(f'{table}"{header}" is not null' for header in key)
