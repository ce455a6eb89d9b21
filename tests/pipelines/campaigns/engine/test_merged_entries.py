"""A pass that another scenario brings about late within a tick, and one that turns out to be the same customer's: which goes on never hangs on when ticks were."""

from datetime import timedelta

from pipelines.campaigns.schema import Scenario
from tests.pipelines.campaigns.engine.pairs import EVENTS, NOON, PAIRS, PEOPLE, ticked
from tests.pipelines.campaigns.engine.world import TITLES

# Who may not be written to is thanked in another way, by a scenario that whoever pays comes into too.
SCENARIOS = [Scenario.model_validate({"version": 1, "title": TITLES, "status": "live"} | one) for one in (
    {"scenario": "letter", "entry": {"event": {"event": "cart_updated"}},
     "steps": [{"id": "mail", "send": {"channel": "email", "template": "mail"}},
               {"id": "listen", "wait": {"until": [{"delivery": "held_back", "of": ["mail"], "go": "go"}], "for": "2d", "else": "end"}}, {"id": "go", "enter": "thanks"}]},
    {"scenario": "thanks", "entry": {"event": {"event": "order_paid"}}, "steps": [{"id": "pause", "wait": {"for": "9h"}}, {"id": "note", "set": {"trait": "thanked", "value": "yes"}}]},
)]  # fmt: skip
# The second of each pair pays an hour after the first filled a cart and got no letter, and turns out to be the first three hours later.
DID = f"""
select customer_id, event_name, timestamp '{NOON}' + to_minutes(minutes) as occurred_at
from people inner join (values ('a', 'cart_updated', 0), ('b', 'order_paid', 60)) as done (who, event_name, minutes) using (who)
"""
COMPANY = PEOPLE.format(pairs=PAIRS, sides=["a", "b"], later="b", at=NOON + timedelta(hours=4)) + EVENTS.format(did=DID) + """
create temp view input_channels as select customer_id, 'email' as channel, 'email' as identifier_type, customer_id || '@example.com' as address, who = 'b' as has_consent, false as is_processing_forbidden from people;
"""  # fmt: skip


def outcomes(*hours: float) -> list[tuple]:
    with ticked(COMPANY, SCENARIOS, [NOON + timedelta(hours=hour) for hour in hours]) as connection:
        found = "select right(customer_id, 1) as who, scenario, step, outcome, left_at from communications.transitions inner join communications.entries using (entry_id) order by all"
        return connection.execute(found).fetchall()


def test_a_pass_ends_at_the_merge_with_one_that_was_brought_about_in_the_same_tick():
    apart = outcomes(-1, 2, 3, 6, 30)
    assert [row[:4] for row in apart if row[1:3] == ("thanks", "pause")] == [("a", "thanks", "pause", "deadline")] * PAIRS + [
        ("b", "thanks", "pause", "merged")
    ] * PAIRS
    assert outcomes(-1, 30) == apart
    assert outcomes(-1, 6, 30) == apart
