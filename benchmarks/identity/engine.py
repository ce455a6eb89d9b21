"""The engine, as one of the contestants: `python -m benchmarks.identity.engine FOLDER`, with the folder's data as `SVOD_DATA`."""

import sys
from datetime import datetime
from pathlib import Path

from pipelines.identity import resolve_identity
from pipelines.warehouse import connect


def main(folder: Path) -> None:
    resolve_identity(datetime(2026, 1, 1, 6))
    with connect(read_only=True) as connection:
        connection.execute(f"copy (select record_id, customer_id from identity.record_customers order by record_id) to '{folder}/svod.csv'")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
