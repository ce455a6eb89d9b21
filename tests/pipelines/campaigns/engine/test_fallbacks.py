"""Several channels for one message: which of them it takes, and what that hangs on."""

from datetime import timedelta

from pipelines.campaigns.schema import Cap, Scenario
from tests.pipelines.campaigns.engine.pairs import EVENTS, NOON, PAIRS, PEOPLE, POLICY, ticked
from tests.pipelines.campaigns.engine.world import TITLES

SCENARIOS = [Scenario.model_validate({"version": 1, "title": TITLES, "status": "live", "entry": {"event": {"event": event}}} | one) for event, one in (
    ("cart_updated", {"scenario": "hint", "steps": [{"id": "hint", "send": {"channel": "sms", "template": "hint"}}]}),
    ("order_paid", {"scenario": "thanks", "steps": [{"id": "thank", "send": {"channel": ["sms", "email"], "template": "thank"}}]}),
)]  # fmt: skip
DID = f"""select customer_id, 'order_paid' as event_name, timestamp '{NOON}' as occurred_at from people
    union all select customer_id, 'cart_updated', timestamp '{NOON}' - interval 1 hour from people where who = 'a'"""
# The third has no phone that may be written to.
COMPANY = PEOPLE.format(pairs=PAIRS, sides=["a", "b", "c"], later="nobody", at=NOON) + EVENTS.format(did=DID) + """
create temp view input_channels as
select customer_id, channel, channel as identifier_type, customer_id || channel as address, channel = 'email' or who <> 'c' as has_consent, false as is_processing_forbidden
from people cross join (values ('email'), ('sms')) as channels (channel);
"""  # fmt: skip


def test_a_fallback_goes_on_where_a_channel_may_not_reach_somebody_and_not_where_a_cap_is_reached():
    policy = POLICY.model_copy(update={"caps": [Cap(name="sms_day", channels=["sms"], within="1d", at_most=1)]})
    with ticked(COMPANY, SCENARIOS, [NOON - timedelta(hours=2), NOON + timedelta(hours=2)], policy) as connection:
        found = connection.execute(
            "select customer_id[-1], channel, reason, detail, count(*) from communications.decisions where step = 'thank' group by all order by all"
        ).fetchall()
    assert found == [("a", "sms", "capped", "sms_day", PAIRS), ("b", "sms", "eligible", None, PAIRS), ("c", "email", "eligible", None, PAIRS)]
