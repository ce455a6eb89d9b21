"""Two passes that turn out to be one customer's: whether the later ends at the merge hangs on what became of the earlier, never on when ticks were."""

from datetime import datetime, timedelta

import duckdb

from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import ensure
from tests.pipelines.campaigns.engine.world import TITLES

NOON, PAIRS = datetime(2026, 3, 2, 12), 20
# Whoever pays gets the letter at once, others after ten hours; who may not be written to leaves there and then.
OFFER = Scenario.model_validate({
    "version": 1, "title": TITLES, "status": "live", "scenario": "offer", "entry": {"event": {"event": "cart_updated"}, "reentry": {"after": "10m"}},
    "steps": [{"id": "pause", "wait": {"until": [{"event": "order_paid", "go": "mail"}], "for": "10h"}},
              {"id": "mail", "send": {"channel": "email", "template": "mail"}},
              {"id": "listen", "wait": {"until": [{"delivery": "held_back", "of": ["mail"], "go": "end"}], "for": "2d"}}],
})  # fmt: skip
# The second of each pair fills a cart an hour after the first, pays, and turns out to be the first, who gave no consent, an hour after the first's letter is due.
COMPANY = f"""
create temp view people as select printf('c_%02d_%s', pair, who) as customer_id, pair, who from range({PAIRS}) as pairs (pair) cross join (values ('a'), ('b')) as sides (who);
create temp view input_redirects as select customer_id as old_customer_id, printf('c_%02d_a', pair) as customer_id, if(who = 'b', timestamp '{NOON}' + interval 11 hour, null) as redirected_at from people;
create temp view input_time_zones as select customer_id, null::varchar as time_zone from people;
create temp view input_suppressions as select 'email' as channel, 'email' as identifier_type, 'gone@example.com' as address, null::timestamp as suppressed_at;
create temp view input_segment_history as select customer_id, 'everybody' as segment, 'entered' as change, timestamp '2026-01-01' as occurred_at from people;
create temp view input_customers as select customer_id from people;
create temp view input_channels as select customer_id, 'email' as channel, 'email' as identifier_type, customer_id || '@example.com' as address, who = 'b' as has_consent, false as is_processing_forbidden from people;
create temp view input_events as
select customer_id || event_name as event_id, customer_id, event_name, timestamp '{NOON}' + to_minutes(minutes) as occurred_at, occurred_at as loaded_at, 'made_up' as source, 'web' as channel,
    null as campaign, null as message_id, null as url, 9 as amount, 'EUR' as currency, '{{}}' as properties, false as is_machine
from people inner join (values ('a', 'cart_updated', 0), ('b', 'cart_updated', 60), ('b', 'order_paid', 90)) as done (who, event_name, minutes) using (who);
"""


def outcomes(*hours: float) -> list[tuple]:
    """How passes went, with ticks so many hours after noon."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        ensure(connection)
        connection.execute(COMPANY)
        for hour in hours:
            tick(connection, [OFFER], Policy(quiet_hours={"from": "00:00", "to": "00:00"}), NOON + timedelta(hours=hour))
        found = "select right(customer_id, 1) as who, step, outcome, left_at from communications.transitions inner join communications.entries using (entry_id) order by all"
        return connection.execute(found).fetchall()


def test_a_pass_goes_on_whose_forerunner_ended_before_the_merge_on_a_message_decided_in_the_same_tick():
    apart = outcomes(-1, 9, 12, 80)
    assert [row[:3] for row in apart if row[1] == "listen"] == [("a", "listen", "guard_1")] * PAIRS + [("b", "listen", "deadline")] * PAIRS
    assert outcomes(-1, 9, 10.5, 12, 80) == apart
    assert outcomes(-1, 9, 80) == apart
