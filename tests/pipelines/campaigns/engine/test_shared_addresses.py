"""One message to an address that two customers share: who of them gets it hangs on the order of the messages, never on when ticks were."""

import hashlib
from datetime import datetime, timedelta

import pytest

from pipelines.campaigns.schema import Policy, Scenario
from tests.pipelines.campaigns.engine.pairs import EVENTS, NOON, PAIRS, PEOPLE, POLICY, ticked
from tests.pipelines.campaigns.engine.world import TITLES

# Who has just paid is thanked, and a thank-you that was held back is listened for: the letter has to wait for what becomes of it.
SCENARIOS = [Scenario.model_validate({"version": 1, "title": TITLES, "status": "live"} | one) for one in (
    {"scenario": "letter", "entry": {"schedule": {"at": "2026-03-02 15:00", "segment": "everybody"}}, "steps": [{"id": "mail", "send": {"channel": "email", "template": "mail"}}]},  # Moscow's clock
    {"scenario": "thanks", "entry": {"event": {"event": "order_paid"}},
     "steps": [{"id": "thank", "send": {"channel": "sms", "template": "thank"}}, {"id": "listen", "wait": {"until": [{"delivery": "held_back", "of": ["thank"], "go": "end"}], "for": "2d"}}]},
)]  # fmt: skip
HELD_BACK = SCENARIOS[1].steps[1].wait.model_copy(update={"until": [SCENARIOS[1].steps[1].wait.until[0].model_copy(update={"of": ["mail"]})]})
# Two of each pair have one mailbox; the first of them paid ten minutes before the letter is due, and turns out to be a third hours later.
DID = f"select customer_id, 'order_paid' as event_name, timestamp '{NOON}' - interval 10 minute as occurred_at from people where who = 'c'"
COMPANY = PEOPLE.format(pairs=PAIRS, sides=["a", "b", "c"], later="c", at=NOON + timedelta(hours=3)) + EVENTS.format(did=DID) + """
create temp view input_channels as
select customer_id, 'email' as channel, 'email' as identifier_type, pair || if(who = 'a', 'a', '') || '@example.com' as address, true as has_consent, false as is_processing_forbidden from people
union all select customer_id, 'sms', 'phone', customer_id, true, false from people;
"""  # fmt: skip


def decided(*moments: datetime, scenarios: list[Scenario] = SCENARIOS, policy: Policy = POLICY) -> list[tuple]:
    with ticked(COMPANY, scenarios, moments, policy) as connection:
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


@pytest.mark.parametrize("whose", ["company", "letter.holdout"])
def test_nothing_goes_to_an_address_of_somebody_who_is_held_out_whoever_else_has_it(whose):
    """The others of the three still get what goes to addresses of their own."""
    letter, thanks = SCENARIOS[0], SCENARIOS[1].model_copy(update={"holdout": SCENARIOS[1].holdout.model_copy(update={"global_": False})})
    policy = POLICY.model_copy(update={"holdout_share": 0.3 if whose == "company" else 0})
    if whose != "company":
        letter = letter.model_copy(update={"holdout": letter.holdout.model_copy(update={"share": 0.3})})
    first, between, last = NOON - timedelta(hours=1), NOON + timedelta(minutes=55), NOON + timedelta(hours=2)
    together, apart = (decided(*moments, scenarios=[letter, thanks], policy=policy) for moments in ((first, last), (first, between, last)))
    assert together == apart
    reasons = {customer: reason for customer, step, reason in together if step == "mail"}
    out = {customer: int(hashlib.md5(f"{whose}:{customer}".encode()).hexdigest()[:8], 16) % 10000 < 3000 for customer in reasons}
    assert {one for one, reason in reasons.items() if reason in ("global_holdout", "local_holdout")} == {one for one, is_out in out.items() if is_out}
    neighbours = {one: one[:-1] + {"b": "c", "c": "b"}.get(one[-1], "a") for one in reasons}
    spared = {one for one, reason in reasons.items() if reason == "held_out_address"}
    assert spared == {one for one, other in neighbours.items() if out[other] and not out[one]} != set()
