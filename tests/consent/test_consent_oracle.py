"""Nobody is reachable against the ledger: the models and an independent reading of the rules agree on 100,000 random histories."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from clerk import Purpose, Word, may_advertise, may_match, states

from pipelines.settings import PROJECT

NOW = datetime(2025, 2, 10)
PEOPLE = 22_500
MODELS = "consent_statements consent_subjects consent_decisions consent_claims consent_history consents consent_stops consent_addresses identifier_owners suppressions customer_channels"
NEEDED = {"consent": ("granted",), "basis": ("granted", "other_basis"), "none": ("granted", "other_basis", "expired", "unproven", None)}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory, dbt):
    data = tmp_path_factory.mktemp("histories")
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        script = (Path(__file__).parent / "histories.sql").read_text()
        connection.execute("set preserve_insertion_order = false")
        connection.execute(script.replace("$people", str(PEOPLE)).replace("$methods", f"'{PROJECT}/seeds/consent_methods.csv'"))
    done = dbt(data, "run", "--select", *MODELS.split(), "--vars", f'{{run_at: "{NOW}"}}')
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def ledger(warehouse):
    """Words by customer and by address, the addresses of each customer and the records that hold each."""
    customer_of = dict(warehouse.execute("select * from identity.record_customers").fetchall())
    addresses, records, holders = defaultdict(set), defaultdict(set), defaultdict(set)
    for record, kind, value in warehouse.execute("select record_id, identifier_type, value from intermediate.int_identifiers").fetchall():
        addresses[customer_of[record]].add((kind, value))
        records[kind, value].add(record)
        holders[kind, value].add(customer_of[record])
    words, said_at = defaultdict(list), defaultdict(list)
    columns = "consent_event_id, record_id, identifier_type, value, purpose, channel, action, legal_basis, occurred_at, expires_at, method"
    for row in warehouse.execute(f"select {columns} from intermediate.int_consent_events").fetchall():
        word = Word(*row)
        said_at[word.kind, word.address].append(word)
        speakers = {customer_of[word.record]} if word.record else holders[word.kind, word.address]
        if len(speakers) == 1 or word.action not in ("granted", "confirmed"):
            for customer in speakers:
                words[customer].append(word)
    return words, said_at, addresses, records


@pytest.fixture(scope="module")
def purposes(warehouse):
    rows = warehouse.execute("""
        select purpose, channel, accepts_contract, accepts_legitimate_interest, accepts_unnamed_channel, least_proof, expires_after_days, processing_needed
        from seeds.consent_purposes
    """).fetchall()
    return {(purpose, channel): (Purpose(*rules), needed) for purpose, channel, *rules, needed in rows}


@pytest.fixture(scope="module")
def expected(ledger, purposes):
    """The clerk's file of every customer, purpose and channel: each change of state."""
    return {
        (customer, *about): changes
        for customer, words in ledger[0].items()
        for about, (rules, _) in purposes.items()
        if (changes := states(words, *about, rules, NOW))
    }


def test_the_histories_are_many_and_of_every_kind(warehouse, expected):
    assert warehouse.execute("select count(*) from marts.customers").fetchone()[0] >= 100_000
    seen = warehouse.execute("select state, count(*) from marts.consents group by 1").fetchall()
    assert {state for state, count in seen if count > 1000} == {"granted", "withdrawn", "other_basis", "expired", "unproven"}


def test_every_state_of_now_is_the_one_the_rules_give(warehouse, expected):
    found = {row[:3]: row[3] for row in warehouse.execute("select customer_id, purpose, channel, state from marts.consents").fetchall()}
    assert differing({key: changes[-1][1] for key, changes in expected.items()}, found) == []


def test_every_state_of_the_past_is_the_one_the_rules_gave_then(warehouse, expected):
    found = defaultdict(list)
    order = "select customer_id, purpose, channel, valid_from, state from marts.consent_history order by all"
    for *key, valid_from, state in warehouse.execute(order).fetchall():
        changes = found[tuple(key)]
        if not changes or changes[-1][1] != state:
            changes.append((valid_from, state))
    assert differing(expected, found) == []


def test_nobody_is_reachable_against_the_ledger_and_nobody_unreachable_without_a_reason(warehouse, ledger, expected, purposes):
    words, said_at, addresses, records = ledger
    suppressed = set(warehouse.execute("select channel, identifier_type, value from intermediate.int_suppressions").fetchall())
    rows = warehouse.execute("select customer_id, channel, identifier_type, address, is_reachable, obstacle from marts.customer_channels").fetchall()
    wrong, reached = [], 0
    for customer, channel, kind, address, is_reachable, obstacle in rows:
        rules, needed = purposes["marketing", channel]
        processing = expected.get((customer, "personal_data", "any"), [(None, None)])[-1][1]
        allowed = {
            (kind, value)
            for kind, value in addresses[customer]
            if processing in NEEDED[needed]
            and (channel, kind, value) not in suppressed
            and may_advertise(words[customer], said_at[kind, value], kind, value, records[kind, value], channel, rules, NOW)
        }
        reached += is_reachable
        if is_reachable != bool(allowed) or (is_reachable and (kind, address) not in allowed) or is_reachable == bool(obstacle):
            wrong.append((customer, channel, kind, address, is_reachable, obstacle, allowed))
    assert wrong[:5] == []
    assert reached > 4_500 and any(channel == "web_push" and is_reachable for _, channel, _, _, is_reachable, _ in rows)


def test_no_address_goes_to_ad_platforms_against_the_ledger_and_none_is_kept_back_without_a_reason(warehouse, ledger, purposes):
    words, said_at, addresses, records = ledger
    rules, _ = purposes["ads_matching", "any"]
    query = "select customer_id, identifier_type, value from profile.consent_addresses where purpose = 'ads_matching' and channel = 'any'"
    found, expected = set(warehouse.execute(query).fetchall()), set()
    for customer, held in addresses.items():
        person = words.get(customer, [])
        expected |= {(customer, *place) for place in held if may_match(person, said_at[place], *place, records[place], rules, NOW)}
    assert sorted(found ^ expected)[:5] == [] and len(found) > 2_000


# Whose a word is that only an address tells depends on who holds the address, so these two look at people whose words all have a record.
RECORDED = "split_part({0}, ':', 2) not in (select split_part(consent_event_id, ':', 2) from intermediate.int_consent_events where record_id is null)"


def test_merging_records_never_makes_an_address_consented_to(warehouse):
    addresses = f"select channel, identifier_type, substr(value, 3) from profile.consent_addresses where customer_id like '{{0}}:%' and {RECORDED.format('customer_id')}"
    assert warehouse.execute(f"{addresses.format('m')} except {addresses.format('a')}").fetchall() == []
    assert len(warehouse.execute(f"{addresses.format('a')} except {addresses.format('m')}").fetchall()) > 100


def test_after_a_split_each_part_has_its_own_again(warehouse):
    """The second record is alone in the world of splits as it was before the merge."""
    own = f"""
        select split_part(customer_id, ':', 2), purpose, channel, state, substr(consent_event_id, 3), valid_from, valid_to from marts.consent_history
        where customer_id like '{{0}}' and {RECORDED.format("customer_id")}
    """
    before, after = own.format("a:%:2"), own.format("s:%:0")
    assert warehouse.execute(f"({before}) except ({after})").fetchall() == warehouse.execute(f"({after}) except ({before})").fetchall() == []
    assert len(warehouse.execute(before).fetchall()) > 1000


def differing(expected: dict, found: dict) -> list:
    """The first few keys on which the two do not agree."""
    keys = [key for key in {*expected, *found} if expected.get(key) != found.get(key)]
    return [(key, expected.get(key), found.get(key)) for key in sorted(keys)[:5]]
