"""What the demo says is true of its offers is what its results find, given customers enough."""

import duckdb
import pytest

from pipelines.campaigns.engine.sql import bucket
from pipelines.campaigns.tables import TABLES
from pipelines.demo import answers
from pipelines.demo.draws import connection as drawing
from tests.pipelines.experiments.models import build, opened

CUSTOMERS = 30_000
# Two of five may be written to; of the control that is known by the phantoms.
COMPANY = f"""
create schema w.communications; create schema w.marts;
create table w.marts.customer_redirects as select 'c' || n as old_customer_id, 'c' || n as customer_id from range({CUSTOMERS}) as r (n);
create table w.communications.goals as select 'win_back' as scenario, 1 as version, 'order_paid' as event_name, 30 * 86400 as within_seconds;
create table w.communications.entries as
select 'p' || n as entry_id, 'win_back' as scenario, 1 as version, 'c' || n as customer_id, timestamp '2026-01-01 06:00:00' as entered_at, null::varchar as holdout from range({CUSTOMERS}) as r (n);
create table w.communications.transitions as
select entry_id, 1 as position, 'offer' as step, case when place < 2000 then 'control' when place < 6000 then 'percent' else 'gift' end as arm, entered_at as left_at
from (select *, {bucket("'win_back.offer'", "customer_id")} as place from w.communications.entries);
create table w.communications.outbox ({TABLES["outbox"].replace(" not null", "")});
insert into w.communications.outbox by name
select md5(entry_id) as message_id, entry_id, scenario, version, customer_id, 'email' as channel, customer_id || '@example.com' as address, arm, 'ru' as locale, arm = 'control' as is_phantom,
    timestamp '2026-01-01 06:00:00' as release_at, timestamp '2026-01-01 08:00:00' as tick_at, timestamp '2026-01-02 06:00:00' as expires_at
from w.communications.entries inner join w.communications.transitions using (entry_id) where hash(entry_id) % 5 < 2;
create table w.communications.cancellations ({TABLES["cancellations"]})
"""
# By messenger and SMS, against a fifth that the company holds out.
BIRTHDAYS = f"""
create schema w.communications; create schema w.marts;
create table w.marts.customer_redirects as select 'c' || n as old_customer_id, 'c' || n as customer_id from range({CUSTOMERS}) as r (n);
create table w.communications.goals as select 'birthday' as scenario, 1 as version, 'order_paid' as event_name, 14 * 86400 as within_seconds;
create table w.communications.entries as
select 'p' || n as entry_id, 'birthday' as scenario, 1 as version, 'c' || n as customer_id, timestamp '2026-01-01 06:00:00' as entered_at,
    case when {bucket("'company'", "'c' || n")} < 2000 then 'global' end as holdout from range({CUSTOMERS}) as r (n);
create table w.communications.transitions (entry_id varchar, position int, step varchar, arm varchar, left_at timestamp);
create table w.communications.outbox ({TABLES["outbox"].replace(" not null", "")});
insert into w.communications.outbox by name
select md5(entry_id) as message_id, entry_id, scenario, version, customer_id, if(hash(customer_id) % 2 = 0, 'messenger', 'sms') as channel, customer_id as address, 'ru' as locale,
    holdout is not null as is_phantom, timestamp '2026-01-01 06:00:00' as release_at, timestamp '2026-01-01 08:00:00' as tick_at, timestamp '2026-01-02 06:00:00' as expires_at
from w.communications.entries where hash(entry_id) % 5 < 4;
create table w.communications.cancellations ({TABLES["cancellations"]})
"""
INTO_MODELS = """
insert into passes by name select entry_id, scenario, version, customer_id, holdout, entered_at, entered_at + to_seconds(within_seconds) as goal_until from entries cross join (select within_seconds from goals);
insert into communications_transitions by name select entry_id, step, arm, left_at from transitions;
insert into communications_goals by name select * from goals;
insert into communications_experiments by name
select scenario, 1 as version, step, arm, arm in ('control', 'holdout') as is_control, share, timestamp '2026-01-02' as ends_at
from (values ('win_back', 'offer', 'control', 0.2), ('win_back', 'offer', 'percent', 0.4), ('win_back', 'offer', 'gift', 0.4),
    ('birthday', 'company_holdout', 'holdout', null), ('birthday', 'company_holdout', 'treated', null)) as arms (scenario, step, arm, share);
insert into met_goals by name select scenario, 1 as version, 'o' || entry_id as event_id, customer_id, 100 as value, 'RUB' as currency, ordered_at as occurred_at from purchase
"""


def judged_of(company: str) -> tuple[duckdb.DuckDBPyConnection, dict[str, float]]:
    """The results, and the true difference of each arm as the demo tells it."""
    with drawing(1) as con:
        con.execute("attach ':memory:' as w")
        con.execute(company)
        answers.draw(con)
        truth = {arm: difference for _, arm, _, _, difference, _ in con.execute(answers.TRUTH).fetchall()}
        results = opened()
        for name in ("entries", "transitions", "goals"):
            rows = con.sql(f"select * from w.communications.{name}").to_arrow_table()
            results.execute(f"create table {name} as select * from rows")
        rows = con.sql("select scenario, entry_id, customer_id, ordered_at from purchase").to_arrow_table()  # noqa: F841
        results.execute("create table purchase as select * from rows")
    results.execute(INTO_MODELS)
    build(results, "2026-02-05 00:00:00")
    return results, truth


@pytest.fixture(scope="module")
def judged() -> tuple[duckdb.DuckDBPyConnection, dict[str, float]]:
    return judged_of(COMPANY)


def test_what_messenger_and_sms_add_is_what_the_demo_says_they_add():
    results, truth = judged_of(BIRTHDAYS)
    ((low, high),) = results.execute(
        "select difference_low, difference_high from experiment_results where scenario = 'birthday' and metric = 'converted' and not is_control"
    ).fetchall()
    assert 0 < low < truth["treated"] < high and high - low < 0.03
    assert 0.7 * 0.05 < truth["treated"] < 0.8 * 0.05  # four of five may be written to, and not all of it arrives


def test_the_offers_add_what_the_demo_says_they_add(judged):
    results, truth = judged
    found = results.execute("select arm, difference_low, difference_high from experiment_results where metric = 'converted' and not is_control").fetchall()
    assert {arm for arm, *_ in found} == set(truth) == {"percent", "gift"}
    for arm, low, high in found:
        assert low < truth[arm] < high, (arm, low, truth[arm], high)
        assert low > 0 and high - low < 0.03, "narrow enough to mean something"


def test_no_more_buy_in_the_control_than_would_anyway(judged):
    results, _ = judged
    base = {base for scenario, base, *_ in answers.EFFECTS if scenario == "win_back"}
    (value, customers) = results.execute("select value, observed_count from experiment_results where metric = 'converted' and is_control").fetchone()
    assert value == pytest.approx(base.pop(), abs=4 * (value / customers) ** 0.5) and not base
