"""One message to an address that two customers share: who of them gets it hangs on the order of the messages, never on when ticks were."""

from datetime import datetime, timedelta

import duckdb

from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import ensure
from tests.pipelines.campaigns.engine.world import TITLES

PAIRS, NOON = 20, datetime(2026, 3, 2, 12)
POLICY = Policy(quiet_hours={"from": "00:00", "to": "00:00"})
# Who has just paid is thanked, and a thank-you that was held back is listened for: the letter has to wait for what becomes of it.
SCENARIOS = [Scenario.model_validate({"version": 1, "title": TITLES, "status": "live"} | one) for one in (
    {"scenario": "letter", "entry": {"schedule": {"at": "2026-03-02 15:00", "segment": "everybody"}}, "steps": [{"id": "mail", "send": {"channel": "email", "template": "mail"}}]},  # Moscow's clock
    {"scenario": "thanks", "entry": {"event": {"event": "order_paid"}},
     "steps": [{"id": "thank", "send": {"channel": "sms", "template": "thank"}}, {"id": "listen", "wait": {"until": [{"delivery": "held_back", "of": ["thank"], "go": "end"}], "for": "2d"}}]},
)]  # fmt: skip
HELD_BACK = SCENARIOS[1].steps[1].wait.model_copy(update={"until": [SCENARIOS[1].steps[1].wait.until[0].model_copy(update={"of": ["mail"]})]})
# Two of each pair have one mailbox; the first of them paid ten minutes before the letter is due, and turns out to be a third hours later.
COMPANY = f"""
create temp view people as select printf('c_%02d_%s', pair, who) as customer_id, pair, who from range({PAIRS}) as pairs (pair) cross join (values ('a'), ('b'), ('c')) as sides (who);
create temp view input_redirects as select customer_id as old_customer_id, if(who = 'c', printf('c_%02d_a', pair), customer_id) as customer_id, if(who = 'c', timestamp '{NOON}' + interval 3 hour, null) as redirected_at from people;
create temp view input_time_zones as select customer_id, null::varchar as time_zone from people;
create temp view input_suppressions as select 'email' as channel, 'email' as identifier_type, 'gone@example.com' as address, null::timestamp as suppressed_at;
create temp view input_segment_history as select customer_id, 'everybody' as segment, 'entered' as change, timestamp '2026-01-01' as occurred_at from people;
create temp view input_customers as select customer_id from people;
create temp view input_channels as
select customer_id, 'email' as channel, 'email' as identifier_type, pair || if(who = 'a', 'a', '') || '@example.com' as address, true as has_consent, false as is_processing_forbidden from people
union all select customer_id, 'sms', 'phone', customer_id, true, false from people;
create temp view input_events as
select customer_id as event_id, customer_id, 'order_paid' as event_name, timestamp '{NOON}' - interval 10 minute as occurred_at, occurred_at as loaded_at, 'made_up' as source, 'web' as channel,
    null as campaign, null as message_id, null as url, 9 as amount, 'EUR' as currency, '{{}}' as properties, false as is_machine
from people where who = 'c';
"""


def decided(*moments: datetime, scenarios: list[Scenario] = SCENARIOS) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        ensure(connection)
        connection.execute(COMPANY)
        for moment in moments:
            tick(connection, scenarios, POLICY, moment)
        return connection.execute("select customer_id, step, reason from communications.decisions order by all").fetchall()


def test_who_gets_what_goes_to_a_shared_address_does_not_hang_on_the_ticks():
    first, between, last = NOON - timedelta(hours=1), NOON + timedelta(minutes=55), NOON + timedelta(hours=2)
    together, apart = decided(first, last), decided(first, between, last)
    assert together == apart
    letters = [(customer, reason) for customer, step, reason in together if step == "mail"]
    assert sorted(reason for _, reason in letters) == ["duplicate_address"] * PAIRS + ["eligible"] * 2 * PAIRS
    assert {customer[-1] for customer, reason in letters if reason == "eligible"} == {"a", "b", "c"}


def test_nor_where_one_of_them_turns_out_to_be_somebody_else_later():
    listening = SCENARIOS[0].model_copy(update={"steps": [*SCENARIOS[0].steps, SCENARIOS[1].steps[1].model_copy(update={"wait": HELD_BACK})]})
    first, between, last = NOON - timedelta(hours=1), NOON + timedelta(minutes=65), NOON + timedelta(hours=5)
    assert decided(first, last, scenarios=[listening]) == decided(first, between, last, scenarios=[listening])
