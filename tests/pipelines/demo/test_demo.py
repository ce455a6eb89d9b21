"""The demo company keeps its promises. Files are read here with DuckDB and the standard library alone, not with Svod's own readers."""

import hashlib
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

import pipelines.sources as sources
from pipelines.demo import write_company

END = datetime(2026, 1, 1)


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ladya")
    write_company(folder / "inbox", folder / "truth", people=500, days=30)
    return folder


@pytest.fixture(scope="module")
def true_records(company) -> dict[str, str]:
    return dict(duckdb.sql(f"select record_id, person_id from '{company}/truth/records.parquet'").fetchall())


def digest(folder: Path) -> dict[str, tuple[str, float]]:
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1251"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"{path} is in no known encoding")


def texts(company: Path) -> dict[str, str]:
    """Every file's text by path, archives opened, Parquet as JSON."""
    found = {}
    for path in sorted((company / "inbox").rglob("*.*")):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {f"{path}/{name}": archive.read(name).decode() for name in archive.namelist()}
        elif path.suffix == ".parquet":
            found[str(path)] = "\n".join(row for (row,) in duckdb.sql(f"select to_json(t) from '{path}' as t").fetchall())
        else:
            found[str(path)] = text(path)
    return found


def column(company: Path, tmp_path: Path, pattern: str, title: str, delimiter: str) -> set[str]:
    """The distinct values under one header of the files that match, broken lines left out."""
    values = set()
    for name, content in texts(company).items():
        if re.search(pattern, name):
            copy = tmp_path / "file.csv"
            copy.write_text(re.sub(r"\nL-999999.*", "", content), encoding="utf-8")
            values |= {
                value
                for (value,) in duckdb.execute(
                    f"""select distinct "{title}" from read_csv('{copy}', delim='{delimiter}', header=true, all_varchar=true, quote='"', escape='"', ignore_errors=true, strict_mode=true, parallel=false)"""
                ).fetchall()
            }
    return values - {None}


def test_the_same_arguments_write_the_same_bytes_and_times(company, tmp_path):
    write_company(tmp_path / "inbox", tmp_path / "truth", people=500, days=30)
    assert digest(company) == digest(tmp_path)


def test_another_seed_makes_other_people(company, tmp_path):
    write_company(tmp_path / "inbox", tmp_path / "truth", people=500, days=30, seed=2)
    ours, others = digest(company / "inbox"), digest(tmp_path / "inbox")
    assert not any(ours[name] == others[name] for name in ours.keys() & others.keys())


def test_every_source_has_files(company):
    folders = {path.name for path in (company / "inbox").iterdir() if any(path.rglob("*.*"))}
    presets = {path.stem for path in Path(sources.__file__).parent.glob("*.py") if "\nPRESET = " in path.read_text(encoding="utf-8")}
    # A plain list of people is the general door for records; the made-up company has a system for each of its own. Nobody has answered yet.
    assert folders == presets - {"people", "responses"}


@pytest.mark.parametrize(
    ("pattern", "title", "delimiter", "prefix"),
    [
        (r"hubspot/.*contacts", "Record ID", ",", "hubspot:contact:"),
        (r"hubspot/.*контакты", "Идентификатор записи", ",", "hubspot:contact:"),
        (r"bitrix24/CONTACT", "ID", ";", "bitrix24:contact:"),
        (r"bitrix24/LEAD", "ID", ";", "bitrix24:lead:"),
        (r"members_export", "Email Address", ",", "mailchimp:subscriber:"),
        (r"meta_leads/", "id", "\t", "meta_leads:form_lead:"),
        (r"shopify/customers", "Customer ID", ",", "shopify:customer:"),
        (r"orders/", "ID клиента", ";", "orders:customer:"),
        (r"metrica/visits", "ym:s:userID", "\t", "metrica:user:"),
    ],
)
def test_the_truth_knows_every_key_in_delimited_files(company, true_records, tmp_path, pattern, title, delimiter, prefix):
    keys = {
        prefix + (hashlib.md5(value.strip().lower().encode()).hexdigest() if prefix.startswith("mailchimp") else re.sub("^(l:|')", "", value))
        for value in column(company, tmp_path, pattern, title, delimiter)
        if value.strip()
    }
    assert keys, "no keys found"
    assert keys - set(true_records) <= {"hubspot:contact:100003", "hubspot:contact:Harbor, Kate", "bitrix24:lead:99999999"}


def test_the_truth_knows_every_key_in_json_files_and_nothing_else(company, true_records, tmp_path):
    found = texts(company)
    users = {f"ga4:user:{user}" for name, content in found.items() if "/ga4/" in name for user in re.findall(r'"user_id":"([^"]+)"', content)}
    apps = {f"segment:user:{user}" for name, content in found.items() if "/segment/" in name for user in re.findall(r'"userId":"([^"]+)"', content)}
    leads = {
        f"vk_leads:form_lead:{lead['lead_id']}" for name, content in found.items() if "/vk_leads/" in name for lead in json.loads(content)["response"]["leads"]
    }
    known = {prefix: {record for record in true_records if record.startswith(prefix)} for prefix in ("ga4:", "segment:", "vk_leads:")}
    assert (users, apps, leads) == (known["ga4:"], known["segment:"], known["vk_leads:"])
    buyers = {f"orders:customer:{value}" for value in column(company, tmp_path, "orders/", "ID клиента", ";")}
    assert buyers == {record for record in true_records if record.startswith("orders:customer:")}


def test_the_truth_says_what_was_true_when_and_is_never_silent_about_today(company):
    truth = f"'{company}/truth/attributes.parquet'"
    today = duckdb.sql(f"select attribute, count(distinct person_id) from {truth} where until is null group by attribute").fetchall()
    assert {attribute: people for attribute, people in today if attribute != "additional_name"} == dict.fromkeys(
        [
            "given_name",
            "family_name",
            "gender",
            "birth_date",
            "street",
            "locality",
            "region",
            "postal_code",
            "country_code",
            "language",
            "company",
            "job_title",
            "email",
            "phone",
        ],
        500,
    )
    ended = duckdb.sql(f"select distinct attribute from {truth} where until is not null").fetchall()
    assert {attribute for (attribute,) in ended} == {"family_name", "street", "email"}
    former = f"select * from {truth} where attribute = 'street' and until is not null"
    assert duckdb.sql(
        f"select count(*) from ({former}) as old anti join {truth} as new on old.person_id = new.person_id and old.until = new.since"
    ).fetchall() == [(0,)]


def test_a_person_has_two_to_three_records_and_most_people_have_more_than_one(true_records):
    people = len(set(true_records.values()))
    assert people == 500
    assert 2.2 <= len(true_records) / people <= 2.8


def test_nothing_happens_after_the_end(company):
    latest = END.replace(tzinfo=UTC).timestamp()
    for name, content in texts(company).items():
        assert not re.findall(r"2026-0\d-\d\d [0-2]\d|\d\d\.\d\d\.2026 0[3-9]|20260[1-9]\d\d", content), name
        stamps = [int(stamp) for stamp in re.findall(r'"(?:timestamp|date)":(\d{10})\b', content)] + [
            int(stamp) // 1_000_000 for stamp in re.findall(r'"event_timestamp":"?(\d{16})', content)
        ]
        assert not stamps or max(stamps) < latest, name
    assert max(path.stat().st_mtime for path in company.rglob("*.*")) < latest


def test_addresses_are_examples_or_well_known_junk(company):
    addresses = {address.lower() for content in texts(company).values() for address in re.findall(r"[\w.+-]+@[\w.-]+\w", content)}
    assert addresses
    assert {address for address in addresses if not re.search(r"[@.]example\.(com|org|net)$", address)} <= {"test@test.test", "no@no.no"}


def test_mess_is_there(company, true_records):
    people = duckdb.sql(f"select given_name || family_name from '{company}/truth/people.parquet'").fetchall()
    contacts = next(content for name, content in texts(company).items() if "CONTACT.csv" in name)
    assert len(set(people)) < len(people), "nobody has a namesake"
    assert re.search(r";8 \(9\d\d\) \d{3}-\d\d-\d\d;", contacts), "every phone is spelled alike"
    assert re.search(r"[A-Z]+@[A-Z.]+\.(COM|ORG|NET)", contacts), "no e-mail is in capitals"


def test_consents_hold_one_state_per_person_channel_and_purpose(company):
    total, keys, withdrawn = duckdb.execute(
        f"select count(*), count(distinct (person_id, channel, purpose)), count(*) filter (where state = 'withdrawn') from '{company}/truth/consents.parquet'"
    ).fetchone()
    assert total == keys and withdrawn > 0


def test_two_thousand_people_are_all_told_apart_in_the_truth(tmp_path):
    write_company(tmp_path / "inbox", tmp_path / "truth", people=2000, days=30)
    records, people, repeated = duckdb.execute(
        f"select count(*), count(distinct person_id), count(*) - count(distinct record_id) from '{tmp_path}/truth/records.parquet'"
    ).fetchone()
    assert people == 2000 and repeated == 0 and 4400 <= records <= 5600


def test_a_company_too_small_to_tell_is_refused(tmp_path):
    with pytest.raises(ValueError, match="15 days"):
        write_company(tmp_path / "inbox", tmp_path / "truth", people=10, days=5)
