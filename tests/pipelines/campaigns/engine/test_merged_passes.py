"""Two passes that turn out to be one customer's: whether the later ends at the merge hangs on what became of the earlier, never on when ticks were."""

from datetime import timedelta

from pipelines.campaigns.schema import Scenario
from tests.pipelines.campaigns.engine.pairs import EVENTS, NOON, PAIRS, PEOPLE, ticked
from tests.pipelines.campaigns.engine.world import TITLES

# Whoever pays gets the letter at once, others after ten hours; who may not be written to leaves there and then.
OFFER = Scenario.model_validate({
    "version": 1, "title": TITLES, "status": "live", "scenario": "offer", "entry": {"event": {"event": "cart_updated"}, "reentry": {"after": "10m"}},
    "steps": [{"id": "pause", "wait": {"until": [{"event": "order_paid", "go": "mail"}], "for": "10h"}},
              {"id": "mail", "send": {"channel": "email", "template": "mail"}},
              {"id": "listen", "wait": {"until": [{"delivery": "held_back", "of": ["mail"], "go": "end"}], "for": "2d"}}],
})  # fmt: skip
# The second of each pair fills a cart an hour after the first, pays, and turns out to be the first, who gave no consent, an hour after the first's letter is due.
DID = f"""
select customer_id, event_name, timestamp '{NOON}' + to_minutes(minutes) as occurred_at
from people inner join (values ('a', 'cart_updated', 0), ('b', 'cart_updated', 60), ('b', 'order_paid', 90)) as done (who, event_name, minutes) using (who)
"""
COMPANY = PEOPLE.format(pairs=PAIRS, sides=["a", "b"], later="b", at=NOON + timedelta(hours=11)) + EVENTS.format(did=DID) + """
create temp view input_channels as select customer_id, 'email' as channel, 'email' as identifier_type, customer_id || '@example.com' as address, who = 'b' as has_consent, false as is_processing_forbidden from people;
"""  # fmt: skip


def outcomes(*hours: float) -> list[tuple]:
    """How passes went, with ticks so many hours after noon."""
    with ticked(COMPANY, [OFFER], [NOON + timedelta(hours=hour) for hour in hours]) as connection:
        found = "select right(customer_id, 1) as who, step, outcome, left_at from communications.transitions inner join communications.entries using (entry_id) order by all"
        return connection.execute(found).fetchall()


def test_a_pass_goes_on_whose_forerunner_ended_before_the_merge_on_a_message_decided_in_the_same_tick():
    apart = outcomes(-1, 9, 12, 80)
    assert [row[:3] for row in apart if row[1] == "listen"] == [("a", "listen", "guard_1")] * PAIRS + [("b", "listen", "deadline")] * PAIRS
    assert outcomes(-1, 9, 10.5, 12, 80) == apart
    assert outcomes(-1, 9, 80) == apart
