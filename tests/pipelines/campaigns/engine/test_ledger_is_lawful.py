"""Every planned message looked at again by plain SQL and Python that share nothing with the engine: consent, suppression, caps, quiet hours, holdouts.

`SVOD_TEST_DECISIONS` makes it as large as one likes.
"""

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines.campaigns.engine import ledger
from tests.pipelines.campaigns.engine import world as worlds
from tests.pipelines.campaigns.engine.test_ticks import TABLES, difference, every, run

pytestmark = pytest.mark.timeout(4 * 3600)
DECISIONS, DAYS = int(os.environ.get("SVOD_TEST_DECISIONS", "10000")), 8
COLUMNS = "message_id, entry_id, scenario, purpose, customer_id, channel, due_at, release_at, is_phantom, time_zone"
# Of what had been said of a channel, and was known in time, the last counts: what took longer than an hour to come counts from an hour before it came.
HELD = """
create temp table held as
select messages.message_id, arg_max(struct_pack(address := channels.address, has_consent := has_consent, is_forbidden := is_processing_forbidden), coalesce(valid_from, timestamp '1900-01-01')) as held
from {messages} as messages inner join made.channels using (customer_id, channel)
where valid_from is null or case when known_at > valid_from + interval 1 hour then known_at - interval 1 hour else valid_from end <= due_at
group by messages.message_id
"""
STOPPED = """
exists (from made.suppressions where suppressions.channel = messages.channel and suppressions.address = {address}
    and case when known_at > suppressed_at + interval 1 hour then known_at - interval 1 hour else suppressed_at end <= due_at)
"""
# Everybody who has the address of a message when it is due, as far as was known in time.
HOLDERS = """
select messages.message_id, channels.customer_id, messages.customer_id as recipient, messages.scenario, messages.due_at
from {messages} as messages
inner join (select distinct customer_id, channel, address from made.channels) as ever on messages.channel = ever.channel and messages.address = ever.address
inner join made.channels as channels on ever.customer_id = channels.customer_id and ever.channel = channels.channel
where valid_from is null or case when known_at > valid_from + interval 1 hour then known_at - interval 1 hour else valid_from end <= due_at
group by all having arg_max(channels.address, coalesce(valid_from, timestamp '1900-01-01')) = any_value(messages.address)
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> worlds.World:
    return worlds.make(tmp_path_factory.mktemp("world") / "made.duckdb", DECISIONS // 7, DAYS, seed=11)


@pytest.fixture(scope="module")
def done(world) -> Iterator[duckdb.DuckDBPyConnection]:
    with run(world, every(world, 24)) as connection:
        (decisions,) = connection.execute("select count(*) from communications.decisions").fetchone()
        print(f"{decisions:,} decisions")
        assert decisions >= DECISIONS
        yield connection.cursor()


@pytest.fixture(scope="module")
def messages(done) -> list[dict]:
    """Those to people; controls get nothing."""
    names = COLUMNS.split(", ")
    found = [dict(zip(names, row, strict=True)) for row in done.execute(f"select {COLUMNS} from communications.outbox where not is_phantom").fetchall()]
    print(f"{len(found):,} messages")
    assert len(found) > DECISIONS / 5
    return found


def bucket(salt: str, customer: str) -> int:
    return int(hashlib.md5(f"{salt}:{customer}".encode()).hexdigest()[:8], 16) % 10000


def test_nobody_is_written_to_without_consent_or_at_a_suppressed_address(done):
    with done.cursor() as asking:
        asking.execute(HELD.format(messages="(from communications.outbox where not is_phantom)"))
        unlawful = f"""select messages.message_id from communications.outbox as messages left join held using (message_id)
            where not is_phantom and (held is null or held.address is distinct from messages.address or messages.address is null or {STOPPED.format(address="messages.address")}
                or (purpose <> 'transactional' and (not held.has_consent or held.is_forbidden)))"""
        assert asking.execute(unlawful).fetchall() == []


def test_nobody_is_held_back_for_a_reason_that_is_not_so(done):
    with done.cursor() as asking:
        asking.execute(HELD.format(messages="(from communications.decisions where not is_eligible)"))
        untrue = f"""select reason, count(*) from communications.decisions as messages inner join communications.scenarios using (scenario, version) left join held using (message_id)
            where not case reason when 'no_basis' then not coalesce(held.has_consent, false) and purpose <> 'transactional' when 'no_processing_basis' then held.is_forbidden and purpose <> 'transactional'
                when 'suppressed' then {STOPPED.format(address="held.address")} when 'no_address' then held is null or held.address is null else true end group by reason"""
        assert asking.execute(untrue).fetchall() == []


def elders(done: duckdb.DuckDBPyConnection) -> Callable[[str, datetime], str]:
    """Who decides about holdouts for a customer at a moment: the oldest of the ids that had come together by then."""
    born, joined = {}, defaultdict(list)
    for old, heir, at, created_at in done.execute("select old_customer_id, customer_id, redirected_at, created_at from made.redirects").fetchall():
        born[old] = created_at
        if at:
            joined[heir].append((old, at))
    return lambda customer, moment: min([customer, *(old for old, at in joined[customer] if at <= moment)], key=lambda one: (born[one], one))


def test_whoever_enters_is_in_the_holdouts_of_their_oldest_id_and_in_no_others(done):
    """What an event began with goes by who the customer was when the event was known."""
    elder, company = elders(done), worlds.policy().holdout_share * 10000
    local = {one.scenario: one.holdout.share * 10000 for one in worlds.scenarios()}
    purposes = {one.scenario: one.purpose for one in worlds.scenarios()}
    found = Counter()
    query = """select scenario, entries.customer_id, coalesce(loaded_at, entered_at), holdout
        from communications.entries as entries left join (select event_id, loaded_at from made.events) using (event_id)"""
    for scenario, customer, known_at, holdout in done.execute(query).fetchall():
        one = elder(customer, known_at)
        expected = "global" if bucket("company", one) < company else "local" if bucket(f"{scenario}.holdout", one) < local[scenario] else None
        assert holdout == (expected if purposes[scenario] != "transactional" else None)
        found[holdout, one == customer] += 1
    assert len(found) == 6, "held out and not, by an id of their own and by one from before a merge"


def test_nobody_in_a_holdout_gets_anything(done):
    assert done.execute(
        "select count(*) from communications.outbox inner join communications.entries using (entry_id) where holdout is not null and not is_phantom"
    ).fetchone() == (0,)


def test_nobody_in_a_holdout_sees_what_goes_to_somebody_else_at_their_address(done):
    """And nothing else is held back for that reason."""
    heirs = {
        old: (heir, at)
        for old, heir, at in done.execute("select old_customer_id, customer_id, redirected_at from made.redirects where redirected_at is not null").fetchall()
    }
    elder = elders(done)
    shares = {one.scenario: one.holdout.share for one in worlds.scenarios()}

    def seen_by_the_held_out(asking: duckdb.DuckDBPyConnection, messages: str) -> set[str]:
        found = set()
        for message_id, holder, recipient, scenario, due_at in asking.execute(HOLDERS.format(messages=messages)).fetchall():
            other = who(heirs, holder, due_at)
            one = elder(other, due_at)
            is_held_out = bucket("company", one) < 500 or bucket(f"{scenario}.holdout", one) < shares[scenario] * 10000
            if other != recipient and is_held_out:
                found.add(message_id)
        return found

    with done.cursor() as asking:
        assert seen_by_the_held_out(asking, "(from communications.outbox where purpose <> 'transactional')") == set()
        asking.execute(HELD.format(messages="(from communications.decisions where reason = 'held_out_address')"))
        held_back = "(select decisions.*, held.address from communications.decisions as decisions inner join held using (message_id))"
        told = {message_id for (message_id,) in asking.execute("select message_id from communications.decisions where reason = 'held_out_address'").fetchall()}
        assert told and seen_by_the_held_out(asking, held_back) == told


def test_nothing_is_released_in_quiet_hours(done, messages):
    zones = {
        customer: zone if zone != "Nowhere/Atlantis" else None
        for customer, zone in done.execute("select customer_id, time_zone from made.time_zones").fetchall()
    }
    quiet = {one.scenario: one.quiet_hours or worlds.policy().quiet_hours for one in worlds.scenarios()}
    for message in messages:
        if message["purpose"] == "transactional":
            continue
        assert message["time_zone"] == (zones[message["customer_id"]] or "Europe/Moscow")
        clock, hours = message["release_at"].replace(tzinfo=UTC).astimezone(ZoneInfo(message["time_zone"])).time(), quiet[message["scenario"]]
        is_quiet = hours.from_ <= clock < hours.to if hours.from_ <= hours.to else clock >= hours.from_ or clock < hours.to
        assert not is_quiet, message


def test_no_window_holds_more_than_a_cap_allows(done, messages):
    """A merge may bring together what went to two people before: only what was planned for the merged customer afterwards is bound."""
    heirs = {
        old: (heir, at)
        for old, heir, at in done.execute("select old_customer_id, customer_id, redirected_at from made.redirects where redirected_at is not null").fetchall()
    }
    recalled = dict(done.execute("select message_id, min(cancelled_at) from communications.cancellations group by all").fetchall())
    for cap in worlds.policy().caps:
        by_heir = defaultdict(list)
        for one in messages:
            if one["purpose"] != "transactional" and (not cap.channels or one["channel"] in cap.channels):
                by_heir[heirs.get(one["customer_id"], [one["customer_id"]])[0]].append(one)
        assert max(map(len, by_heir.values())) >= cap.at_most
        for together in by_heir.values():
            for last in together:
                same = [one for one in together if one is last or ((one["due_at"], one["message_id"]) < (last["due_at"], last["message_id"]) and recalled.get(one["message_id"], datetime.max) > last["due_at"]
                        and who(heirs, one["customer_id"], last["due_at"]) == who(heirs, last["customer_id"], last["due_at"]))]  # fmt: skip
                for first in same:
                    window = [one for one in same if first["release_at"] <= one["release_at"] < first["release_at"] + cap.within]
                    assert last not in window or len(window) <= cap.at_most


def who(heirs: dict, customer: str, at: datetime) -> str:
    return heirs[customer][0] if customer in heirs and heirs[customer][1] <= at else customer


def test_nobody_gets_the_same_message_twice(done):
    keys = done.execute(
        "select scenario, occurrence, step, greatest(visit, 1), address, count(*) from communications.outbox inner join communications.entries using (entry_id, scenario) where not is_phantom group by all having count(*) > 1"
    ).fetchall()
    assert keys == []


@pytest.mark.parametrize("known", [0, 1, 2], ids=["lost", "an older backup", "a backup of the tick before"])
def test_a_lost_warehouse_gets_everything_back_and_goes_on_the_same(tmp_path: Path, known: int):
    world = worlds.make(tmp_path / "made.duckdb", 120, 3, seed=11)
    moments = every(world, 24)
    first = run(world, moments[:3])
    ledger.catch_up(first, tmp_path)
    again = run(world, moments[:known])
    ledger.catch_up(again, tmp_path)
    for table in TABLES:
        assert difference(again, first, table) == [], table
    for connection in (first, again):
        worlds.show(connection, moments[3])
        worlds.tick(connection, worlds.scenarios(), worlds.policy(), moments[3])
    for table in TABLES:
        assert difference(again, first, table) == [], table
    (next((tmp_path / "communications" / "ledger").glob("outbox.*"))).unlink()
    with pytest.raises(ledger.LedgerBroken, match="outbox"):
        ledger.catch_up(worlds.opened(world), tmp_path)


def test_a_tick_that_was_before_changes_nothing(world, done):
    before = {table: done.execute(f"select count(*), bit_xor(hash(columns(*))) from communications.{table}").fetchall() for table in TABLES}
    for moment in (world.end + timedelta(hours=2), world.end - timedelta(hours=5)):
        worlds.tick(done, worlds.scenarios(), worlds.policy(), moment)
    assert {table: done.execute(f"select count(*), bit_xor(hash(columns(*))) from communications.{table}").fetchall() for table in TABLES} == before
