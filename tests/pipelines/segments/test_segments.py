"""What the segments say of a small company, held against a recount from scratch, and what people get to see of it."""

import json
from itertools import product

import duckdb
import pytest
from recount import recounted
from small_company import DAYS, FORMER, GONE
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.segments.lookalike import lookalike
from pipelines.segments.preview import preview
from pipelines.segments.reading import NotAnswered, reading
from pipelines.segments.why import why
from pipelines.settings import settings

ENDS = [day.replace(hour=23) for day in DAYS]


@pytest.fixture(scope="module")
def warehouse(company):
    with reading() as connection:
        yield connection


@pytest.fixture(scope="module")
def names(warehouse) -> list[str]:
    return [name for (name,) in warehouse.execute("select segment from segments.segment_catalog order by place").fetchall()]


def svod(*words: str) -> tuple[int, str]:
    settings.cache_clear()
    result = CliRunner(env={"COLUMNS": "250"}).invoke(app, ["segments", *words])
    return result.exit_code, result.output


def members(warehouse, moment) -> set[tuple[str, str]]:
    return set(warehouse.execute("select customer_id, segment from history.segment_members_as_of($1)", [moment]).fetchall())


def test_there_are_members_to_speak_of_on_both_days(warehouse, names):
    assert len(names) >= 13
    assert len({segment for _, segment in members(warehouse, ENDS[1])}) >= 7
    assert members(warehouse, ENDS[0]) != members(warehouse, ENDS[1])


def test_a_member_satisfies_all_conditions_of_the_segments_own_model(warehouse, names):
    told = set(warehouse.execute("select customer_id, segment from segments.segment_members").fetchall())
    counted = set()
    for name in names:
        columns = [row[0] for row in warehouse.execute(f"describe segments.{name}").fetchall() if row[1] == "BOOLEAN" and row[0] != "is_member"]
        assert columns
        counted |= {(row[0], name) for row in warehouse.execute(f"select customer_id from segments.{name} where {' and '.join(columns)}").fetchall()}
    assert told == counted == members(warehouse, ENDS[1])


def test_everything_counted_from_scratch_gives_the_same_members_of_every_segment(warehouse, names):
    scratch = recounted(warehouse, DAYS[1])
    assert set(scratch) == set(names) and sum(map(bool, scratch.values())) >= 7
    for segment, expected in scratch.items():
        told = {row[0] for row in warehouse.execute("select customer_id from segments.segment_members where segment = ?", [segment]).fetchall()}
        assert told == expected, segment


def test_entries_and_exits_replayed_give_the_members_of_every_run(warehouse):
    changes = warehouse.execute("select customer_id, segment, occurred_at, change from segments.segment_history order by occurred_at").fetchall()
    now: set[tuple[str, str]] = set()
    for moment in DAYS:
        for customer, segment, occurred_at, change in changes:
            if occurred_at == moment:
                assert ((customer, segment) in now) == (change == "left")
                now ^= {(customer, segment)}
        assert now == members(warehouse, moment)


def test_whoever_changed_sides_is_told_why(warehouse):
    rows = warehouse.execute("select change, cause, turned_on, turned_off from segments.segment_history where occurred_at = $1", [DAYS[1]]).fetchall()
    assert {row[:2] for row in rows} >= {("entered", "conditions"), ("left", "conditions"), ("left", "gone")}
    assert [row for row in rows if row[1] == "conditions" and not (row[2] if row[0] == "entered" else row[3])] == []


def test_sizes_of_every_day_agree_with_a_count(warehouse, names):
    sizes = warehouse.execute("select day, segment, members_count, members_before_count, entered_count - left_count from segments.segment_sizes").fetchall()
    assert {day for day, *_ in sizes} == {day.date() for day in DAYS}
    for day, segment, count, before, change in sizes:
        moment = next(end for end in ENDS if end.date() == day)
        assert count == sum(of == segment for _, of in members(warehouse, moment)) == (before or 0) + change


def test_overlaps_agree_with_sets(warehouse, names):
    sets = {name: {customer for customer, of in members(warehouse, ENDS[1]) if of == name} for name in names}
    told = {row[:2]: row[2:] for row in warehouse.execute("select segment, other_segment, common_count, jaccard from segments.segment_overlaps").fetchall()}
    assert set(told) == set(product(names, names))
    for (one, other), (common, jaccard) in told.items():
        both, either = len(sets[one] & sets[other]), len(sets[one] | sets[other])
        assert common == both and (jaccard == pytest.approx(both / either) if either else jaccard is None)


def test_everybody_is_in_exactly_one_segment_of_a_list(warehouse):
    order: dict[str, list[str]] = {}
    for name, segment in warehouse.execute("select list, segment from seeds.segment_priorities order by list, priority").fetchall():
        order.setdefault(name, []).append(segment)
    inside = members(warehouse, ENDS[1])
    customers = [row[0] for row in warehouse.execute("select customer_id from marts.customers").fetchall()]
    told = warehouse.execute("select customer_id, list, segment from segments.segment_assignments").fetchall()
    assert sorted(told) == sorted((one, name, next((s for s in order[name] if (one, s) in inside), "nobody")) for one in customers for name in order)


def test_a_static_list_follows_addresses_and_former_ids_and_lists_what_it_cannot_resolve(warehouse):
    lines = dict(warehouse.execute("select identifier, problem from segments.static_list_lines").fetchall())
    assert lines.pop("nobody@example.org") == "nobody holds it" and lines.pop(GONE) == "its records are gone"
    assert list(lines.values()) == [None, None]
    assert warehouse.execute("select count(*) from segments.segment_members where segment = 'vip_guests'").fetchone()[0] in (1, 2)
    code, screen = svod("list")
    assert code == 0 and "n***@e*** names nobody" in screen and "nobody@example.org" not in screen


def test_why_answers_for_everybody_and_every_segment_on_both_days(warehouse, names):
    for moment, end in ((None, ENDS[1]), (ENDS[0], ENDS[0])):
        inside = members(warehouse, end)
        customers = warehouse.execute("select distinct customer_id from history.segment_conditions_as_of($1)", [end]).fetchall()
        assert len(customers) > 50
        for (customer,), segment in product(customers, names):
            told = why(warehouse, customer, segment, at=moment)
            assert told.is_member == ((customer, segment) in inside) == (told.holds == len(told.conditions)), (customer, segment)
            assert told.facts and all(words for *_, words in told.conditions + told.facts)


def test_a_former_id_is_answered_for_and_one_without_records_is_refused(warehouse):
    lost = warehouse.execute("select customer_id from segments.segment_history where cause = 'gone' limit 1").fetchone()[0]
    assert why(warehouse, FORMER, "active_customers").customer == why(warehouse, lost, "active_customers").customer
    assert why(warehouse, lost, "active_customers", at=ENDS[0]).customer == lost
    for customer, segment, moment in (
        (GONE, "active_customers", None),
        ("c_never", "active_customers", None),
        (lost, "no_segment", None),
        (lost, "active_customers", DAYS[0].replace(year=2020)),
    ):
        with pytest.raises(NotAnswered):
            why(warehouse, customer, segment, at=moment)


def test_a_customer_may_be_asked_for_by_an_address_or_number_of_theirs_alone(warehouse):
    held = """select identifier_type, value, list(distinct customer_id) from marts.customer_identifiers
              where identifier_type in ('email', 'phone', 'loyalty_card') and is_valid and not is_junk group by all order by value"""
    rows = warehouse.execute(held).fetchall()
    alone = {kind: (value, customers[0]) for kind, value, customers in rows if len(customers) == 1}
    assert set(alone) == {"email", "phone", "loyalty_card"}
    for kind, (value, customer) in alone.items():
        written = {"email": value.upper(), "phone": f" {value[:2]} {value[2:]}"}.get(kind, value)
        assert why(warehouse, written, "active_customers").customer == customer, kind
        assert why(warehouse, written, "active_customers", at=ENDS[1]).customer == customer, kind
        code, screen = svod("why", written, "active_customers")
        assert code == 0 and f" is {customer}, who " in screen and written.strip() not in screen
    lost = warehouse.execute("select customer_id from segments.segment_history where cause = 'gone' limit 1").fetchone()[0]
    theirs = """select value from history.customer_identifiers_as_of($1) where identifier_type = 'email' group by value having min(customer_id) = max(customer_id) and min(customer_id) = $2"""
    ((address,),) = warehouse.execute(theirs, [ENDS[0], lost]).fetchall()[:1]
    assert why(warehouse, address, "active_customers", at=ENDS[0]).customer == lost, "whose it was then"
    shared = next(value for _, value, customers in rows if len(customers) > 1)
    for asked, told in ((shared, "customers have this: name one"), ("nobody@example.org", "No customer has this address")):
        code, screen = svod("why", asked, "active_customers")
        assert code == 2 and told in screen and asked not in screen


def test_values_that_tell_who_somebody_is_are_masked(warehouse):
    customer, facts = warehouse.execute(
        "select customer_id, facts from segments.segment_conditions where segment = 'birthday_soon' and facts like '%-%'"
    ).fetchone()
    birthday = json.loads(facts)["birthday"]
    shown, full = svod("why", customer, "birthday_soon")[1], svod("why", customer, "birthday_soon", "--unmasked")[1]
    assert "***" in shown and f" {birthday} " not in shown and f" {birthday} " in full
    _, screen = svod("preview", "select customer_id from marts.customers", "--sample", "100")
    people = warehouse.execute("select full_name, email, phone from marts.customers").fetchall()
    assert "***" in screen and [value for row in people for value in row if value and value in screen] == []


REFUSED = [
    "drop table marts.customers",
    "delete from marts.customers",
    "update marts.customers set email = null",
    "insert into marts.customers select * from marts.customers",
    "create table marts.mine as select customer_id from marts.customers",
    "select customer_id from marts.customers; drop table marts.customers",
    "select customer_id from marts.customers) as asked; drop table marts.customers; --",
    "copy marts.customers to 'stolen.csv'",
    "copy (select customer_id from marts.customers) to 'stolen.csv'",
    "export database 'stolen'",
    "attach 'other.duckdb' as other",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma database_list",
    "call pragma_version()",
    "checkpoint",
    "explain analyze select customer_id from marts.customers",
    "select content as customer_id from read_text('/etc/hostname')",
    "select column0 as customer_id from read_csv('/etc/passwd', header = false)",
    "select customer_id from 'https://example.com/people.csv'",
    "select filename as customer_id from glob('/etc/*')",
    "select error(full_name || email) as customer_id from marts.customers",
    "select cast(email as integer) as customer_id from marts.customers",
    "select 1",
    "select customer_id from marts.customers where email = $1",
    "select",
    "",
    "vip_guests'; drop table marts.customers; --",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_preview_takes_nothing_but_a_select_of_customers(company, warehouse, sql, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = warehouse.execute("select count(*) from marts.customers").fetchone()
    code, screen = svod("preview", sql)
    assert code == 2 and screen.startswith("No answer.") and list(tmp_path.iterdir()) == []
    assert [row for row in warehouse.execute("select email from marts.customers where email is not null").fetchall() if row[0] in screen] == []
    assert warehouse.execute("select count(*) from marts.customers").fetchone() == before
    with reading() as connection, pytest.raises((NotAnswered, duckdb.Error)):
        preview(connection, sql)


def test_preview_counts_a_select_as_it_counts_a_segment(warehouse):
    by_name = preview(warehouse, "active_customers")
    assert by_name == preview(warehouse, "select customer_id from segments.active_customers where is_member -- only these")
    assert by_name.customers == len([1 for _, of in members(warehouse, ENDS[1]) if of == "active_customers"])
    assert (
        by_name.reachable["email"]
        == warehouse.execute(
            "select count(*) from segments.segment_members as one semi join (select * from segments.segment_members where segment = 'reachable_by_email') as other using (customer_id) where segment = 'active_customers'"
        ).fetchone()[0]
    )


def test_preview_tells_whom_each_channel_reaches_and_whom_at_least_one(warehouse):
    everybody = preview(warehouse, "select customer_id from marts.customers")
    reached = warehouse.execute("select channel, customer_id from marts.customer_channels where is_reachable").fetchall()
    assert len(reached) > len({customer for _, customer in reached}) > 10
    channels = {channel for (channel,) in warehouse.execute("select distinct channel from marts.customer_channels").fetchall()}
    assert everybody.reachable.pop("any of them") == len({customer for _, customer in reached})
    assert everybody.reachable == {channel: sum(one == channel for one, _ in reached) for channel in channels}


def test_a_moment_after_the_last_run_is_answered_by_that_run_and_says_so(warehouse):
    customer = warehouse.execute("select min(customer_id) from marts.customers").fetchone()[0]
    assert "as the last run of 2026-01-15 06:00 tells" in svod("why", customer, "active_customers", "--at", "2030-01-01")[1]
    assert "as the last run" not in svod("why", customer, "active_customers", "--at", "2026-01-14")[1] + svod("why", customer, "active_customers")[1]


def test_a_former_id_counts_as_the_customer_of_now_and_a_name_as_nobody(warehouse):
    found = preview(warehouse, f"select '{FORMER}' as customer_id union all select full_name from marts.customers where full_name is not null")
    assert found.customers == 1 and found.strangers > 10 and len(found.sample) == 1


def test_a_select_that_runs_for_ever_is_stopped(company):
    code, screen = svod(
        "preview",
        "select people.customer_id from marts.customers as people, range(100000000) as one, range(1000) as other where hash(one.range + other.range) = 0",
        "--seconds",
        "0.5",
    )
    assert code == 2 and "more than 0.5 seconds" in screen


def test_lookalikes_are_outside_the_segment_the_same_every_time_and_ordered(company, warehouse):
    with reading() as connection:
        found = lookalike(connection, "active_customers", top=15)
    inside = {customer for customer, of in members(warehouse, ENDS[1]) if of == "active_customers"}
    assert len(found.found) == 15 and not inside & {like.customer for like in found.found}
    assert [like.score for like in found.found] == sorted((like.score for like in found.found), reverse=True)
    assert found == lookalike(warehouse, "active_customers", top=15) and found.auc > 0.8
    assert {name: outside for name, _, _, outside in found.weights}["recency_days"] < 400, "days that never were are not told"
    assert all(name != "recency_days" for name, *_ in lookalike(warehouse, "active_customers", without=("recency_days",)).weights)
    for segment, without in (("lost_customers", ()), ("no_segment", ()), ("active_customers", ("shoe_size",))):
        with pytest.raises(NotAnswered):
            lookalike(warehouse, segment, without=without)
