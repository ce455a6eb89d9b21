"""`python -m benchmarks.identity.peers PEER FOLDER`: reads `people.parquet`, writes `PEER.csv` with record_id and cluster."""

import csv
import importlib
import json
import resource
import sys
from pathlib import Path

import duckdb

PEERS = {
    "splink_tutorial": "splink_docs",
    "splink_50k": "splink_docs",
    "splink_febrl3": "splink_docs",
    "recordlinkage_ecm": "ecm",
    "dedupe_300_labels": "dedupe_labels",
    "exact": "exact",
}


MEMORY = 10 << 30  # bytes: an engine that wants more fails, and the machine lives


def main(peer: str, folder: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with duckdb.connect() as connection:
        rows = connection.execute(f"select * from read_parquet('{folder}/people.parquet') order by record_id")
        names = [column[0] for column in rows.description]
        columns = {name: list(values) for name, values in zip(names, zip(*rows.fetchall(), strict=True), strict=True)}
    known = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    module = importlib.import_module(f"benchmarks.identity.peers.{PEERS[peer]}")
    pairs = module.match(peer, known, folder)
    declared = folder / "links.json"
    pairs += [(left, right) for left, right in json.loads(declared.read_text())] if declared.exists() else []
    with (folder / f"{peer}.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("record_id", "customer_id"))
        writer.writerows(components(known["record_id"], pairs))


def components(records: list[str], pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each record and the first record that it hangs together with."""
    parent = {record: record for record in records}

    def root(record: str) -> str:
        while parent[record] != record:
            parent[record] = record = parent[parent[record]]
        return record

    for left, right in pairs:
        first, second = sorted((root(left), root(right)))
        parent[second] = first
    return [(record, root(record)) for record in records]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
