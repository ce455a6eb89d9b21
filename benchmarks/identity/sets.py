"""One set of people, ready for every engine: `python -m benchmarks.identity.sets NAME FOLDER`.

Leaves in the folder what the engine reads (`data/warehouse.duckdb`, as a run leaves it before matching), what the peers read
(`people.parquet`), the truth, and 300 pairs with their answer for the peer that wants labels. Of the public sets the peers get
the fields as published, as their tutorials do; of the demo company the standardized records, since its exports are of eleven kinds,
and what its systems declare to be one person is joined to their result, as it is to ours.
"""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

DATA = Path(__file__).with_name("data")
SPLINK_FAKE = """
    select unique_id as record_id, first_name as given_name, surname as family_name, dob as birth_date, city as locality, email, {entity} as entity_id
    from read_csv('{fake}', all_varchar = true)
"""
FEBRL = """
    select rec_id as record_id, given_name, surname as family_name, date_of_birth as birth_date,
        nullif(concat_ws(' ', street_number, address_1, address_2), '') as street, suburb as locality, state as region, postcode as postal_code,
        'AU' as country_code, soc_sec_id as national_id, split_part(rec_id, '-', 2) as entity_id
    from (select trim(columns(*)) from read_csv({files}, all_varchar = true, normalize_names = true))
"""
PUBLIC = {
    "fake_1000": (SPLINK_FAKE, ("fake_1000",), "cluster"),
    "fake_20000": (SPLINK_FAKE, ("fake_20000",), '"group"'),
    "febrl1": (FEBRL, ("febrl1",), ""),
    "febrl2": (FEBRL, ("febrl2",), ""),
    "febrl3": (FEBRL, ("febrl3",), ""),
    "febrl4": (FEBRL, ("febrl4a", "febrl4b"), ""),
}
DEMO = {"demo_2000": 2_000, "demo_100000": 100_000}
NAMES = (*PUBLIC, *DEMO)

# One row per record, as a spreadsheet of them would be: the first usable address and number.
STANDARDIZED = """
    select
        records.record_id, given_name_key as given_name, family_name_key as family_name, additional_name_key as additional_name,
        cast(birth_date as varchar) as birth_date, gender, street_key as street, locality_key as locality, postal_code,
        min(value) filter (where identifier_type = 'email') as email, min(value) filter (where identifier_type = 'phone') as phone,
        min(value) filter (where identifier_type = 'loyalty_card') as card_number, min(value) filter (where identifier_type = 'user_id') as user_id
    from warehouse.intermediate.int_records as records
    left join warehouse.intermediate.int_identifiers as identifiers
        on records.record_id = identifiers.record_id and is_valid and not is_junk and not is_shared
    group by all
"""

# Of a sample of records, with whom they share a person or a name: half are pairs of one person, half of two namesakes, which is
# what a labeller would be asked about.
LABELS = """
    with

    known as (select people.*, person_id from read_parquet('{people}') as people inner join read_parquet('{truth}') as truth using (record_id)),

    sample as (select * from known order by md5(record_id) limit 2000),

    pairs as (

        select distinct least(l.record_id, r.record_id) as left_id, greatest(l.record_id, r.record_id) as right_id
        from sample as l inner join known as r on l.{column} = r.{column} and l.record_id <> r.record_id and (l.person_id = r.person_id) = {is_match}

    )

    select left_id, right_id, {is_match} from pairs order by md5(left_id || right_id) limit {count}
"""
ASKED = (("person_id", True, 150), ("family_name", False, 75), ("given_name", False, 75))


def public(name: str, folder: Path) -> None:
    """Through the `people` source, the way `svod identity evaluate` reads a file."""
    from pipelines.identity.evaluate import standardize
    from pipelines.identity.evaluation_files import land_records, store_truth

    convert(name, folder)
    store_truth(folder / "truth.csv", folder / "data" / "truth" / "records.parquet", folder / "truth")
    land_records(folder / "people.csv", folder / "data" / "inbox" / "people")
    standardize(folder / "dbt", folder.parent / "parsed")


def convert(name: str, folder: Path) -> None:
    """The published files as the records and the truth that the command takes, and the records for the peers."""
    query, files, entity = PUBLIC[name]
    plain = [unpacked(file, folder) for file in files]
    with duckdb.connect() as connection:
        listed = "[" + ", ".join(f"'{path}'" for path in plain) + "]"
        connection.execute(f"create table people as {query.format(fake=plain[0], files=listed, entity=entity)}")
        connection.execute(f"copy (select * exclude (entity_id) from people) to '{folder}/people.csv'")
        connection.execute(f"copy (select record_id, entity_id from people) to '{folder}/truth.csv'")
        connection.execute("update people set record_id = 'people:person:' || record_id")
        connection.execute(f"copy (select nullif(columns(* exclude (entity_id)), '') from people order by record_id) to '{folder}/people.parquet'")


def unpacked(file: str, folder: Path) -> Path:
    path = folder / f"{file}.csv"
    with gzip.open(DATA / f"{file}.csv.gz") as packed, path.open("wb") as out:
        shutil.copyfileobj(packed, out)
    return path


def demo(name: str, folder: Path) -> None:
    from datetime import datetime

    from pipelines.demo import write_company
    from pipelines.settings import PROJECT
    from pipelines.sources.landing import land

    write_company(folder / "data" / "inbox", folder / "data" / "truth", people=DEMO[name], days=15, end="2026-01-01")
    land(datetime(2026, 1, 1, 6))
    build = ["-m", "dbt.cli.main", "build", "--profiles-dir", ".", "--select", "+int_records", "+int_identifiers", "+int_links",
             "--exclude-resource-type", "test", "unit_test", "--target-path", folder / "dbt", "--log-path", folder / "dbt", "--quiet"]  # fmt: skip
    subprocess.run([sys.executable, *build], cwd=PROJECT, check=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder}/data/warehouse.duckdb' as warehouse (read_only)")
        connection.execute(f"copy ({STANDARDIZED} order by record_id) to '{folder}/people.parquet'")
        links = connection.execute("select left_record_id, right_record_id from warehouse.intermediate.int_links order by all").fetchall()
    (folder / "links.json").write_text(json.dumps(links))


def write_labels(folder: Path) -> None:
    files = {"people": folder / "people.parquet", "truth": folder / "data" / "truth" / "records.parquet"}
    with duckdb.connect() as connection:
        queries = [LABELS.format(column=column, is_match=is_match, count=count, **files) for column, is_match, count in ASKED]
        labels = [row for query in queries for row in connection.execute(query).fetchall()]
    (folder / "labels.json").write_text(json.dumps(labels))


def main(name: str, folder: Path) -> None:
    (public if name in PUBLIC else demo)(name, folder)
    write_labels(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
