"""What is asked of `svod privacy`: whose an identifier is, in whatever way it is written, and what is told of requests that cannot be carried out."""

import json
from datetime import datetime

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.privacy import erase, finding, keeping_out, proofs, requests, subject, tables, tombstones
from pipelines.settings import settings
from pipelines.warehouse import connect

ANNA, BORIS = ["hubspot:contact:101", "orders:buyer:7"], ["hubspot:contact:102"]
IDENTIFIERS = [
    (ANNA[0], "email", "anna@example.com", "Anna@Example.com"),
    (ANNA[0], "phone", "+79161234567", "8 916 123-45-67"),
    (ANNA[1], "loyalty_card", "2980568469728", "2980 5684 69728"),
    (BORIS[0], "email", "boris@example.com", "boris@example.com"),
    (ANNA[1], "phone", "+74951234567", "+7 495 123-45-67"),
    (BORIS[0], "phone", "+74951234567", "84951234567"),
]

# Who has no record: a visitor, a subscriber of two spellings, an address that is written to no more. What Anna did on a browser of her own and on one that she and Boris used.
EVENTS = [
    ("ga_client_id", "1111111111.1700000000", "1111111111.1700000000", None),
    ("email", "News@Example.com", "news@example.com", None),
    ("anonymous_id", "her-own-browser", "her-own-browser", ANNA[0]),
    ("anonymous_id", "their-browser", "their-browser", ANNA[0]),
    ("anonymous_id", "their-browser", "their-browser", BORIS[0]),
    ("anonymous_id", "by-account", "by-account", None),
]
STATEMENTS = [("email", "news@example.com", "news@example.com", None), ("phone", "8 (916) 765-43-21", "+79167654321", None)]


@pytest.fixture
def people(data):
    """Anna, who was two customers once, and Boris, with whom she shares a phone."""
    with connect() as connection:
        for schema in ("intermediate", "identity"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table intermediate.int_identifiers (record_id varchar, identifier_type varchar, value varchar, raw_value varchar, is_junk boolean)"
        )
        connection.executemany("insert into intermediate.int_identifiers values (?, ?, ?, ?, false)", IDENTIFIERS)
        connection.execute("insert into intermediate.int_identifiers values ('orders:buyer:8', 'email', 'test@example.com', 'test@example.com', true)")
        connection.execute("create table identity.record_customers (record_id varchar, customer_id varchar)")
        connection.executemany("insert into identity.record_customers values (?, ?)", [*((one, "c_anna") for one in ANNA), (BORIS[0], "c_boris")])
        connection.execute("create table intermediate.int_records as select record_id from identity.record_customers")
        connection.execute("create table identity.customer_redirects as select 'c_former' as old_customer_id, 'c_anna' as customer_id")
        connection.execute("create table intermediate.int_events (subject_type varchar, subject_value varchar, value varchar, record_id varchar)")
        connection.executemany("insert into intermediate.int_events values (?, ?, ?, ?)", EVENTS)
        connection.execute("create table intermediate.int_consent_events (identifier_type varchar, raw_value varchar, value varchar, record_id varchar)")
        connection.executemany("insert into intermediate.int_consent_events values (?, ?, ?, ?)", STATEMENTS)
        connection.execute("insert into intermediate.int_consent_events values ('email', 'test@example.com', 'test@example.com', null)")
        connection.execute(
            "create schema profile; create table profile.event_owners as select 'anonymous_id' as subject_type, 'by-account' as value, 'c_anna' as customer_id"
        )


def svod(*words: str, answer: str | None = None) -> tuple[int, str]:
    settings.cache_clear()
    result = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["privacy", *words], input=answer)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "identifier",
    [
        "anna@example.com",
        " ANNA@example.com ",
        "Anna@Example.com",
        "+7 (916) 123-45-67",
        "89161234567",
        "2980568469728",
        "2980 5684 69728",
        *ANNA,
        "c_anna",
        "c_former",
    ],
)
def test_a_person_is_found_by_any_identifier_and_with_all_their_records(people, identifier):
    with connect(read_only=True) as connection:
        assert finding.person(connection, identifier) == finding.Person(tuple(ANNA))


@pytest.mark.parametrize(
    ("identifier", "identifiers"),
    [
        ("1111111111.1700000000", {("ga_client_id", "1111111111.1700000000")}),
        ("NEWS@example.com", {("email", "News@Example.com"), ("email", "news@example.com")}),
        ("+7 916 765 43 21", {("phone", "8 (916) 765-43-21"), ("phone", "+79167654321")}),
    ],
)
def test_who_has_no_record_is_found_by_what_events_and_statements_say(people, identifier, identifiers):
    with connect(read_only=True) as connection:
        found = finding.person(connection, identifier)
    assert found.records == () and set(found.identifiers) == identifiers


@pytest.mark.parametrize("cookie", ["her-own-browser", "by-account"])
def test_a_visitor_who_is_a_customer_is_found_through_the_customer(people, cookie):
    with connect(read_only=True) as connection:
        assert finding.person(connection, cookie) == finding.Person(tuple(ANNA), (("anonymous_id", cookie),)), "all that stands under it is theirs too"


def test_what_is_the_same_in_two_kinds_of_identifiers_is_asked_for_by_its_kind(people):
    with connect() as connection:
        connection.execute("insert into intermediate.int_events values ('ga_client_id', '42', '42', null), ('anonymous_id', '42', '42', null)")
        with pytest.raises(
            finding.NotFound, match=r"^\*\*\*.* several kinds of identifiers \(anonymous_id, ga_client_id\): put the kind before it, as in anonymous_id:…$"
        ):
            finding.person(connection, "42")
        assert finding.person(connection, "ga_client_id:42") == finding.Person((), (("ga_client_id", "42"),))


def test_a_browser_of_several_customers_names_nobody_and_is_shown_by_its_end_only(people):
    with connect(read_only=True) as connection, pytest.raises(finding.NotFound, match=r"^\*\*\*er belongs to 2 customers: .* c_anna, c_boris$"):
        finding.person(connection, "their-browser")


@pytest.mark.parametrize("identifier", ["nobody@example.com", "test@example.com", "", " ", "c_0123456789abcdef", "' or true --", "%", "анна"])
def test_what_belongs_to_nobody_finds_nobody(people, identifier):
    with connect(read_only=True) as connection, pytest.raises(finding.NotFound, match="belongs to nobody"):
        finding.person(connection, identifier)


@pytest.mark.parametrize("words", [["erase", "--yes"], ["export", "--to", "unused"]], ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("identifier", "told"),
    [("+74951234567", "belongs to 2 customers: name one of them by id: c_anna, c_boris"), ("nobody@example.com", "nobody that Svod knows")],
)
def test_a_refusal_is_one_line_that_says_what_to_do_and_shows_no_value(people, data, words, identifier, told):
    code, screen = svod(words[0], identifier, *words[1:])
    assert code == 2 and told in screen and identifier not in screen
    assert "should not have happened" not in screen and not (data / "privacy" / "unfinished").exists()


@pytest.mark.parametrize("words", [["erase", "--yes"], ["export", "--to", "unused"]], ids=lambda words: words[0])
def test_before_the_first_run_nobody_is_known_and_that_is_said(data, words):
    assert "Nobody is known yet" in svod(words[0], "anna@example.com", *words[1:])[1]
    with connect() as connection:
        connection.execute("create schema intermediate")
    code, screen = svod(words[0], "anna@example.com", *words[1:])
    assert code == 2 and "Nobody is known yet: run `svod run` first" in screen


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_file_with_unclear_requests_erases_nobody_and_names_all_of_them(people, data, tmp_path, delimiter):
    file = tmp_path / "requests.csv"
    lines = [("reference", "identifier"), ("R-1", "anna@example.com"), ("R-2", "nobody@example.com"), ("R-3", "+74951234567")]
    file.write_text("\n".join(delimiter.join(line) for line in lines), encoding="utf-8-sig")
    code, screen = svod("erase", "--file", str(file), "--yes")
    assert code == 2 and "Nobody was erased" in screen
    assert "R-2: n***@e*** belongs to nobody" in screen and "R-3: ***67 belongs to 2 customers" in screen and "R-1" not in screen
    assert not (data / "privacy" / "unfinished").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("reference,identifier\nR-1,anna@example.com\nR-2,\n", "line 3: no identifier"),
        ("number,who\n1,anna@example.com\n", "must have the columns"),
        ("", "must have the columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(people, tmp_path, text, told):
    file = tmp_path / "requests.csv"
    file.write_text(text)
    code, screen = svod("erase", "--file", str(file), "--yes")
    assert code == 2 and told in screen
    code, screen = svod("erase", "--file", str(tmp_path / "none.csv"), "--yes")
    assert code == 2 and "does not exist" in screen


@pytest.mark.parametrize(("answer", "done"), [("ERASE 2\n", True), ("ERASE 1\n", False), ("yes\n", False), ("\n", False)])
def test_nothing_is_erased_without_the_words_typed(people, data, monkeypatch, answer, done):
    carried_out = []

    def planned(asked, asked_by):
        assert asked == [("R-1", finding.Person(tuple(ANNA)))]
        (data / "privacy" / "unfinished").mkdir(parents=True)
        return erase.Order(["R-1"], asked_by, "2026-01-01 06:00:00", records=len(ANNA), customers=1, before={"warehouse.duckdb": 5, "inbox/[/old].csv": 1})

    monkeypatch.setattr(erase, "plan", planned)
    monkeypatch.setattr(erase, "carry_out", lambda order: carried_out.append(order))
    monkeypatch.setattr("pipelines.privacy.commands._tell", lambda proof: None)
    code, screen = svod("erase", "c_former", "--reference", "R-1", answer=answer)
    assert "Type ERASE 2" in screen and "warehouse.duckdb" in screen and "inbox/[/old].csv" in screen
    assert [order.references for order in carried_out] == ([["R-1"]] if done else [])
    assert code == (0 if done else 2) and (data / "privacy" / "unfinished").exists() == done


@pytest.mark.parametrize("reference", ["R-17", "O'Hara'); drop table subject.records; --", "Запрос 1/2026"])
def test_any_number_of_a_request_stands_with_its_tombstones(data, tmp_path, reference):
    """An erasure is under way by then: one that fails here would fail in every run from now on."""
    subject.create(tmp_path / "subject.duckdb")
    with connect() as connection:
        connection.execute(f"attach '{tmp_path / 'subject.duckdb'}' as subject")
        buried = [(reference, "record", "hubspot:contact:101"), (reference, "identifier", "email anna@example.com")]
        connection.executemany("insert into subject.buried values (?, ?, ?)", buried)
        assert [tombstones.write(connection, datetime(2026, 1, 1)) for _ in range(2)] == [2, 2]
        assert connection.execute("select count(*) from subject.buried").fetchone()[0] == 2
    assert duckdb.sql(f"select distinct reference from read_parquet('{tombstones.file()}')").fetchall() == [(reference,)]


def test_tombstones_of_a_file_of_requests_bear_the_reference_of_their_own(people, tmp_path):
    """What two of them share has a row for each, so that letting one in again does not let in the other."""
    subject.create(tmp_path / "subject.duckdb")
    with connect() as connection:
        connection.execute(f"attach '{tmp_path / 'subject.duckdb'}' as subject")
        connection.execute("create table identity.record_moves (record_id varchar, customer_id varchar)")
        for kind in ("email", "phone"):
            spelled = f"from intermediate.int_identifiers where identifier_type = '{kind}'"
            connection.execute(f"create table intermediate.int_{kind}_values as select distinct raw_value, value {spelled}")
        asked = {"R-1": "anna@example.com", "R-2": "boris@example.com", "R-3": "1111111111.1700000000"}
        requests.ask(connection, [(reference, finding.person(connection, identifier)) for reference, identifier in asked.items()])
        subject.gather(connection)
        connection.execute("insert into subject.needles values ('+79160000000')")  # stood in a row of one of them and nowhere else
        requests.bury(connection)
        tombstones.write(connection, datetime(2026, 1, 1))
        buried = connection.execute("select text, list(reference order by reference) from subject.buried group by text").fetchall()
    own = {
        "R-1": [ANNA[0], ANNA[1], "email anna@example.com", "email Anna@Example.com", "phone +79161234567", "phone 8 916 123-45-67"],
        "R-2": [BORIS[0], "email boris@example.com"],
        "R-3": ["ga_client_id 1111111111.1700000000"],
    }
    theirs = {text: [reference] for reference, texts in own.items() for text in texts}
    shared = {"phone +74951234567": ["R-1", "R-2"], "phone +79160000000": ["R-1, R-2, R-3"]}
    assert {text: references for text, references in buried if text in theirs | shared} == theirs | shared
    stones = duckdb.sql(f"select reference, count(*) from read_parquet('{tombstones.file()}') group by all").fetchall()
    assert sum(count for _, count in stones) == sum(len(references) for _, references in buried)


def test_whoever_signs_in_on_a_browser_that_was_erased_is_not_erased_with_it(people, tmp_path):
    """Boris has been a customer all along; an erased visitor's other browser comes back in an old export, its id a short one."""
    subject.create(tmp_path / "subject.duckdb")
    cookies = {"1111111111.1700000000": "ga4:user:b", "42": None}
    with connect() as connection:
        connection.execute(f"attach '{tmp_path / 'subject.duckdb'}' as subject")
        buried = [("R-3", "identifier", f"ga_client_id {cookie}") for cookie in cookies] + [("R-4", "identifier", "email partner@example.com")]
        connection.executemany("insert into subject.buried values (?, ?, ?)", buried)
        tombstones.write(connection, datetime(2026, 1, 1))
        connection.execute("create table identity.record_moves (record_id varchar, customer_id varchar)")
        connection.execute("insert into identity.record_customers values ('ga4:user:b', 'c_boris')")
        for kind in ("email", "phone"):
            connection.execute(f"create table intermediate.int_{kind}_values (raw_value varchar, value varchar)")
        connection.execute(
            "create schema staging; create table staging.stg_ga4__parsed_events (record_id varchar, user_pseudo_id varchar, _file_id varchar, _line bigint)"
        )
        for line, (cookie, record) in enumerate(cookies.items(), 2):
            connection.execute("insert into staging.stg_ga4__parsed_events values (?, ?, 'f', ?)", [record, cookie, line])
        connection.execute(
            """create view staging.stg_ga4__events as
               select record_id, 'ga_client_id' as subject_type, user_pseudo_id as subject_value, _file_id, _line from staging.stg_ga4__parsed_events"""
        )
        connection.execute(
            """create table staging.stg_ga4__identifiers as select 'ga4:user:b' as record_id, 'ga_client_id' as identifier_type, '1111111111.1700000000' as raw_value,
               'f' as _file_id, 2 as _line union all select 'ga4:user:b', 'email', 'partner@example.com', 'f', 4"""
        )
        connection.execute("create table staging.stg_ga4__records as select 'ga4:user:b' as record_id, 'f' as _file_id, unnest([2, 4]) as _line")
        assert keeping_out._meet(connection)
        subject.gather(connection)
        assert connection.execute("from subject.customers union all from subject.records").fetchall() == []
        assert connection.execute("from subject.rows").fetchall() == [("f", 3)]
        assert connection.execute("from subject.shared_rows").fetchall() == [("f", 4)], "the partner's address leaves his row"


def test_a_number_on_a_list_kept_by_hand_is_found_however_it_is_written_there(people, tmp_path):
    subject.create(tmp_path / "subject.duckdb")
    lines = ["8 (916) 123 45 67", " +7-916-123-45-67", "Anna@example.com ", "+7 (495) 123-45-67", "8 (916) 765 43 21", "c_anna"]
    with connect() as connection:
        connection.execute("create schema seeds; create table seeds.static_lists as select 'vip_guests' as list, unnest($1) as identifier", [lines])
        connection.execute(f"attach '{tmp_path / 'subject.duckdb'}' as subject")
        connection.execute("create table identity.record_moves (record_id varchar, customer_id varchar)")
        for kind in ("email", "phone"):
            connection.execute(f"create table intermediate.int_{kind}_values (raw_value varchar, value varchar)")
        requests.ask(connection, [("R-1", finding.person(connection, "c_anna"))])
        subject.gather(connection)
        needles = {text for (text,) in connection.execute("from subject.needles").fetchall()}
        assert {"8 (916) 123 45 67", " +7-916-123-45-67", "+7-916-123-45-67", "Anna@example.com"} <= needles
        assert not needles & set(lines[3:]), "a number that Boris has too, a stranger's, an id"
        assert tables.remove(connection)["seeds.static_lists"] == 4
        assert {row[0] for row in connection.execute("select identifier from seeds.static_lists").fetchall()} == set(lines[3:5])


@pytest.mark.parametrize(
    ("reference", "name"),
    [("R-17", "R-17"), ("Запрос 1/2026", "Запрос_1_2026"), ("../../R'17", "______R_17"), ("Ж" * 300, "Ж" * 60)],
    ids=lambda text: text[:9],
)
def test_a_proof_is_found_by_the_number_of_its_request_however_that_is_written(data, reference, name):
    proof = proofs.write(erase.Order([reference], "the officer", "2026-01-01 06:00:00", before={"warehouse.duckdb": 5}), {})
    assert proof.parent == data / "privacy" / "proofs" and proof.name == f"{name}_20260101060000.json"
    assert json.loads(proof.read_text())["requests"] == [reference] and proof.with_suffix(".csv").exists()
