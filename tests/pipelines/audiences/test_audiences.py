"""Who is matched, what platforms are told, and that following it a platform has exactly the audience of now."""

import csv
import hashlib
import os
import random
import resource
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from crowd import Crowd
from typer.testing import CliRunner

from pipelines.audiences import sync
from pipelines.audiences.google import GOOGLE
from pipelines.audiences.meta import META
from pipelines.audiences.people import gather
from pipelines.audiences.sync import sync_audience
from pipelines.audiences.vk import VK
from pipelines.audiences.yandex import YANDEX
from pipelines.cli import app
from pipelines.redaction import Told
from pipelines.settings import settings
from pipelines.warehouse import connect

NOW = datetime(2026, 1, 1)
ROWS = int(os.environ.get("SVOD_TEST_AUDIENCE_ROWS", "20000"))


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def crowd(data) -> Crowd:
    return Crowd(data)


def matched(audience: str = "vips") -> list[tuple]:
    with connect(read_only=True) as connection:
        gather(connection, audience)
        return connection.execute("select customer_id, email, phone from people order by all").fetchall()


def synced(target=YANDEX, audience: str = "vips", **more):
    with connect(read_only=True) as connection:
        gather(connection, audience)
        return sync_audience(connection, target, audience, NOW, **more)


def rows(path: Path) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as file:
        return [{header: value for header, value in row.items() if value} for row in csv.DictReader(file)]


def test_only_who_agreed_and_only_by_addresses_that_are_theirs_and_not_suppressed(crowd):
    crowd.person("yes", "yes@example.com", "+79000000001")
    crowd.person("never_asked", "never@example.com", matching=None)
    crowd.person("withdrew", "withdrew@example.com", matching="withdrawn")
    crowd.person("no_processing", "processing@example.com", processing="withdrawn")
    crowd.person("other_basis", "basis@example.com", processing="other_basis")
    crowd.person("bounced", "bounced@example.com", "+79000000002")
    crowd.person("complained", "complained@example.com", "+79000000003")
    crowd.person("junk", "test@example.com")
    crowd.person("uncovered", "covered@example.com", "+79000000004")
    crowd.person("nothing_left", "broken")
    crowd.run(
        "insert into marts.suppressions values ('email', 'email', 'bounced@example.com', 'hard_bounce'), ('sms', 'phone', '+79000000003', 'complaint, invalid')",
        "update marts.customer_identifiers set is_junk = true where value = 'test@example.com'",
        "update marts.customer_identifiers set is_valid = false where value = 'broken'",
        "delete from profile.consent_addresses where value = '+79000000004'",
        "delete from marts.customers where customer_id = 'erased'",
    )
    assert matched() == [("bounced", None, "+79000000002"), ("uncovered", "covered@example.com", None), ("yes", "yes@example.com", "+79000000001")]
    crowd.run("update seeds.consent_purposes set processing_needed = 'basis'")
    assert ("other_basis", "basis@example.com", None) in matched()


def test_an_audience_of_scenarios_is_what_was_said_last_of_each_also_under_a_former_id(crowd):
    for customer in ("stays", "left", "merged", "both"):
        crowd.person(customer, f"{customer}@example.com")
    crowd.run(
        """insert into communications.audience_changes values
            ('stays', 'buyers', 'add', '2026-01-01'), ('left', 'buyers', 'add', '2026-01-01'), ('left', 'buyers', 'remove', '2026-01-02'),
            ('before', 'buyers', 'add', '2026-01-01'), ('both', 'buyers', 'add', '2026-01-03'), ('both', 'buyers', 'remove', '2026-01-03'),
            ('gone', 'buyers', 'add', '2026-01-01'), ('stays', 'others', 'remove', '2026-02-01')""",
        "insert into marts.customer_redirects values ('before', 'merged')",
    )
    assert [row[0] for row in matched("buyers")] == ["merged", "stays"]
    with pytest.raises(Told, match="no scenario has put anybody"):
        matched("nobody_knows")


def test_files_hold_the_hashes_that_each_platform_wants_and_nothing_of_the_person(crowd, data):
    crowd.person(
        "c_1", "maria.ivanova@gmail.com", "+79001234567", given_name="Мария", family_name="Иванова", country_code="RU", postal_code="454148", gender="female"
    )
    crowd.person("c_2", "john@example.com", given_name="John", family_name="O'Neil", country_code="US")
    expected = {
        "google": {
            "Email": sha("mariaivanova@gmail.com"), "Phone": sha("+79001234567"), "First Name": sha("мария"), "Last Name": sha("иванова"),
            "Country": "RU", "Zip": "454148",
        },
        "meta": {
            "email": sha("maria.ivanova@gmail.com"), "phone": sha("79001234567"), "fn": sha("мария"), "ln": sha("иванова"),
            "zip": sha("454148"), "country": sha("ru"), "gen": sha("f"),
        },
        "yandex": {"email": sha("maria.ivanova@gmail.com"), "phone": sha("79001234567")},
    }  # fmt: skip
    for target in (GOOGLE, META, YANDEX):
        (path,) = synced(target).paths
        assert path.name == "2-add-contacts.csv" and expected[target.name] in rows(path)
    google = rows(synced(GOOGLE, full=True).paths[0])
    assert {"Email": sha("john@example.com")} in google, "without a postal code Google gets no half of an address"
    vk = {path.name: path.read_text().split() for path in synced(VK).paths}
    assert vk == {
        "2-add-emails.csv": ["id", *sorted(hashlib.md5(mail.encode()).hexdigest() for mail in ("maria.ivanova@gmail.com", "john@example.com"))],
        "2-add-phones.csv": ["id", hashlib.md5(b"79001234567").hexdigest()],
    }
    written = b"".join(path.read_bytes() for path in (data / "communications").rglob("*") if path.is_file()).lower()
    for clear in ("maria", "john", "79001234567", "иванова", "c_1"):
        assert clear.encode() not in written
    assert {oct(path.stat().st_mode & 0o777) for path in (data / "communications").rglob("*") if path.is_file() and path.name != ".lock"} == {"0o600"}


KEYS = {"google": (("Email",), ("Phone",), ("First Name", "Last Name", "Country", "Zip")), "yandex": (("phone",), ("email",)), "vk": (("id",),)}


def keys(target: str, row: dict) -> set[tuple]:
    """What a platform would find a person of this row by."""
    return {(headers, *(row[header] for header in headers)) for headers in KEYS[target] if all(header in row for header in headers)}


@pytest.mark.parametrize("target", [GOOGLE, YANDEX, VK], ids=lambda target: target.name)
def test_a_platform_that_follows_the_files_has_exactly_the_keys_of_now(crowd, target):
    """People come, go, are erased and change addresses, of which families share some; the platform knows only what the files say."""
    draw, platform = random.Random(7), {file.name: set() for file in target.files}
    for turn in range(4):
        crowd.run(
            *(
                f"delete from {table}"
                for table in ("marts.customers", "marts.customer_identifiers", "marts.consents", "segments.segment_members", "profile.consent_addresses")
            )
        )
        drawn = []
        for number in draw.sample(range(12), 8):
            email = f"p{number}.{draw.randint(0, 1)}@example.com" if draw.random() < 0.8 else None
            phone = f"+7900000000{draw.randint(0, 4)}" if draw.random() < 0.8 else None
            postal_code = "101000" if draw.random() < 0.5 else None
            drawn.append((f"c{number}", email, phone, {"given_name": "Анна", "family_name": f"Ф{number}", "country_code": "RU", "postal_code": postal_code}))
        crowd.people(*drawn)
        before = {name: set(found) for name, found in platform.items()}
        for path in synced(target).paths:
            _, action, name = path.stem.split("-")
            for row in rows(path):
                found = keys(target.name, row)
                assert found and (action == "add" or found <= before[name]), "only what is there is taken away"
                (platform[name].update if action == "add" else platform[name].difference_update)(found)
        whole = {file.name: set() for file in target.files}
        with connect(read_only=True) as connection:
            gather(connection, "vips")
            for path in sync_audience(connection, replace(target, name=f"{target.name}_whole_{turn}"), "vips", NOW).paths:
                whole[path.stem.split("-")[2]].update(*(keys(target.name, row) for row in rows(path)))
        assert platform == whole, turn
    assert synced(target).folder is None, "nothing has changed, so nothing is written"


def test_an_address_is_taken_away_when_its_owner_is_erased_and_then_forgotten_here_too(crowd, data):
    crowd.person("c_1", "anna@example.com", "+79000000001")
    crowd.person("c_2", "boris@example.com", "+79000000001")
    synced()
    crowd.run("delete from marts.customers where customer_id = 'c_1'")
    (removal,) = synced().paths
    assert removal.name == "1-remove-contacts.csv" and rows(removal) == [{"email": sha("anna@example.com")}], "the phone is still somebody's"
    (held,) = (data / "communications").rglob("holds-*.parquet")
    assert duckdb.sql(f"select email from '{held}'").fetchall() == [(sha("boris@example.com"),)]
    assert sync.uploaded("yandex", "vips") == 2 and not list((data / "communications").rglob("*.csv"))
    assert synced().folder is None, "what is held is still known"


def test_files_are_cut_at_the_limits_of_the_platform_and_every_row_is_in_exactly_one(crowd):
    crowd.people(*((f"c{number}", f"p{number}@example.com", None, {}) for number in range(50)))
    by_rows = synced(replace(YANDEX, most_rows=20)).paths
    assert [path.name for path in by_rows] == [f"2-add-contacts-00{number}.csv" for number in (1, 2, 3)]
    assert [len(rows(path)) for path in by_rows] == [17, 17, 16]
    assert sorted(row["email"] for path in by_rows for row in rows(path)) == sorted(sha(f"p{number}@example.com") for number in range(50))
    by_size = synced(replace(YANDEX, name="small", most_bytes=1000)).paths
    assert len(by_size) > 2 and all(path.stat().st_size <= 1000 for path in by_size) and sum(len(rows(path)) for path in by_size) == 50


def test_a_sync_that_broke_off_changes_nothing_and_two_at_once_do_not_mix(crowd):
    crowd.person("c_1", "anna@example.com")

    def full_disk(*_):
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        synced(hand_over=full_disk)
    first = synced()
    assert (first.folder.name, first.added) == ("000001", 1)
    with sync._alone(first.folder.parent), pytest.raises(Told, match="another process"):
        synced()


def test_the_command_says_what_to_do_and_what_is_too_small(crowd, monkeypatch):
    crowd.person("c_1", "anna@example.com")
    crowd.person("c_2", "boris@example.com", matching=None)
    monkeypatch.setenv("COLUMNS", "200")
    said = CliRunner().invoke(app, ["campaigns", "audiences", "vips", "--target", "yandex"])
    assert said.exit_code == 0 and "000001" in said.output and "uses a list from 100" in said.output
    russian = CliRunner().invoke(app, ["campaigns", "audiences", "vips", "--target", "yandex", "--ru", "--full"])
    assert "Хешированные данные" in russian.output and "можно передать" in russian.output and "список от 100" in russian.output
    deleted = CliRunner().invoke(app, ["campaigns", "audiences", "vips", "--uploaded"])
    assert "2 files deleted" in deleted.output
    unknown = CliRunner().invoke(app, ["campaigns", "audiences", "nobody"])
    assert unknown.exit_code == 2 and "no audience 'nobody'" in unknown.output
    crowd.run("update marts.consents set state = 'withdrawn', is_granted = false")
    assert "none of 2 members" in CliRunner().invoke(app, ["campaigns", "audiences", "vips", "--target", "meta"]).output


def test_without_a_name_the_audiences_of_the_settings_are_brought_up_to_date(crowd, monkeypatch):
    crowd.person("c_1", "anna@example.com")
    monkeypatch.setenv("COLUMNS", "200")
    assert "No audience is set up" in CliRunner().invoke(app, ["campaigns", "audiences"]).output
    monkeypatch.setenv("SVOD_AUDIENCES__TARGETS", '{"vips": ["meta", "endpoint"]}')
    settings.cache_clear()
    without_address = CliRunner().invoke(app, ["campaigns", "audiences"])
    assert without_address.exit_code == 2 and "SVOD_AUDIENCES__ENDPOINT__URL" in without_address.output
    assert CliRunner().invoke(app, ["campaigns", "audiences", "--target", "meta"]).exit_code == 0


def test_a_large_audience_is_hashed_and_compared_in_sets(crowd):
    """SVOD_TEST_AUDIENCE_ROWS=1000000 is the size of the promise."""
    crowd.run(f"""
        insert into marts.customers select 'c' || n, 'Мария', 'Иванова' || n, 'Омск', '6440' || n % 100, 'RU', date '1990-01-01', 'female' from range({ROWS}) as r(n);
        insert into segments.segment_members select 'c' || n, 'vips' from range({ROWS}) as r(n);
        insert into marts.consents select 'c' || n, purpose, 'any', 'granted', true from range({ROWS}) as r(n), (values ('ads_matching'), ('personal_data')) as p(purpose);
        insert into marts.customer_identifiers select 'c' || n, kind, case kind when 'email' then 'p' || n || '@example.com' else '+79' || lpad(cast(n as varchar), 9, '0') end, true, false, false, true
            from range({ROWS}) as r(n), (values ('email'), ('phone')) as k(kind);
        insert into profile.consent_addresses select customer_id, 'ads_matching', 'any', identifier_type, value from marts.customer_identifiers;
    """)
    before = resource.getrusage(resource.RUSAGE_SELF)
    first = synced(GOOGLE)
    crowd.run("delete from segments.segment_members where hash(customer_id) % 10 = 0")
    second = synced(GOOGLE)
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{ROWS:,} rows: {after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} CPU s for both syncs, peak {after.ru_maxrss / 1024:.0f} MiB"
    )
    assert first.added == first.holds == ROWS and second.removed == ROWS - second.holds > ROWS / 20 and second.added == 0
