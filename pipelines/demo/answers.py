"""The made-up company answers: its customers get what campaigns planned, open, click, leave, and buy, and it is known what the messages brought about.

Reads the outbox of the demo's warehouse and writes exports of the mail providers and of the shop, and what sender and collector keep, into the inbox, as they would
come of a company whose sender is switched on. Nothing is sent. Without chance beyond the seed: the same warehouse and days give the same bytes.
What is true goes to `truth/effects.parquet`, to hold `marts.experiment_results` against. Formats are in `answer_files` and `answer_lines`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.run import evaluate
from pipelines.demo import answer_files, lexicon
from pipelines.demo.draws import connection
from pipelines.demo.files import Company
from pipelines.files import quoted
from pipelines.redaction import Told
from pipelines.settings import settings
from pipelines.warehouse import connect

# Of those who enter so many buy within the time of the goal anyway; a message that arrives adds so much to it, by arm.
EFFECTS = [
    ("win_back", 0.10, "percent", 0.10),
    ("win_back", 0.10, "gift", 0.20),
    ("abandoned_basket", 0.15, None, 0.10),
    ("birthday", 0.05, None, 0.05),
    ("newsletter", 0.02, None, 0.01),
]
# Of what goes out: does not arrive, is looked at by a machine, opened (nobody tells of other channels), followed by a click, by leaving, by a complaint.
SHARES = [
    ("email", 0.02, 0.15, 0.35, 0.25, 0.006, 0.001),
    ("messenger", 0.03, 0.10, None, 0.12, 0.012, 0.0),
    ("sms", 0.04, 0.0, None, 0.06, 0.010, 0.0),
]

# What would be sent, and what its reader would do. Whoever left or cannot be reached gets no more there.
MESSAGE = """
create temp table message as
with

planned as (

    select message_id, entry_id, if(channel = 'email', lower(address), address) as address, channel, scenario, step as asked_by, arm, locale, is_phantom, expires_at,
        greatest(release_at, tick_at) + to_seconds(cast(u(message_id, 'sending') * 1200 as int)) as sent_at
    from w.communications.outbox
    where channel in (select channel from shares) and message_id not in (select message_id from w.communications.cancellations)

),

drawn as (

    select planned.*, u(message_id, 'arrives') < bounces as has_bounced, u(message_id, 'machine') < machine as has_machine, coalesce(u(message_id, 'opens') < opens, false) as has_opened,
        u(message_id, 'clicks') < clicks and coalesce(u(message_id, 'opens') < opens, true) as has_clicked, u(message_id, 'leaves') < leaves as has_left, u(message_id, 'complains') < complains as has_complained
    from planned inner join shares using (channel) where sent_at < expires_at

),

counted as (

    select *, sum(cast(has_bounced or has_left or has_complained as int)) over (
        partition by channel, address, is_phantom order by sent_at, message_id rows between unbounded preceding and 1 preceding) as endings
    from drawn

)

select * exclude (endings, expires_at) from counted where coalesce(endings, 0) = 0
"""
# What arrives first brings its effect about, by whatever channel.
PASS = """
create temp table pass as
select entries.*, arms.arm, entries.entered_at + to_seconds(goals.within_seconds) as goal_until, arrived.sent_at, arrived.message_id is not null as would_get, coalesce(not arrived.is_phantom, false) as has_got,
    row_number() over (partition by customer_id order by scenario <> 'win_back', entered_at, entry_id) as place,
    row_number() over (partition by scenario, customer_id order by entered_at, entry_id) as place_in_scenario
from (select * replace (coalesce(final, entries.customer_id) as customer_id) from w.communications.entries as entries
    left join (select old_customer_id, customer_id as final from w.marts.customer_redirects) on entries.customer_id = old_customer_id) as entries
inner join w.communications.goals as goals using (scenario, version)
left join (select entry_id, max_by(arm, position) as arm from w.communications.transitions where arm is not null group by entry_id) as arms using (entry_id)
left join (from message where not has_bounced qualify row_number() over (partition by entry_id order by sent_at, message_id) = 1) as arrived using (entry_id)
"""
# One purchase per customer, of the first pass, the experiment's before others: so one message's effect is not another's.
PURCHASE = """
create temp table purchase as
select *, date_trunc('second', anchor + to_seconds(cast(u(entry_id, 'when') * epoch(goal_until - anchor) as bigint))) as ordered_at
from (
    select pass.*, coalesce(sent_at, entered_at) + interval 1 hour as anchor, base * (0.5 + u(customer_id, 'loyal')) + if(has_got, coalesce(added, 0), 0) as chance
    from pass inner join (select distinct scenario, base from effect) using (scenario)
    left join (select scenario, arm, added from effect) as effects on pass.scenario = effects.scenario and pass.arm is not distinct from effects.arm
) where place = 1 and anchor < goal_until and u(entry_id, 'buys') < chance
"""
EFFECT = "create temp table effect (scenario varchar, base double, arm varchar, added double)"
# Whoever has bought gets no reminder any more.
RECALLED = "delete from message using purchase where message.entry_id = purchase.entry_id and message.sent_at > ordered_at"
# The difference in the share of customers who convert: if all were in this arm, against all in the control; without arms, against all in the company's holdout.
TRUTH = """
select scenario, coalesce(effect.arm, 'treated') as arm, added as effect_on_those_reached, avg(cast(would_get and place = 1 as int)) as reached_share,
    added * avg(cast(would_get and place = 1 as int)) as true_difference, count(*) as customers
from effect inner join pass using (scenario) where place_in_scenario = 1 and pass.holdout is null group by scenario, effect.arm, added
"""


@dataclass(frozen=True)
class Answered:
    """What was written, and the moment up to which it tells."""

    letters: int
    texts: int  # by messenger and SMS
    opened: int
    clicked: int
    purchases: int
    until: datetime


class NothingToAnswer(Told):
    """The demo has not been run, or nobody has entered anything."""


def answer(days: int, seed: int = 1) -> Answered:
    """Lets so many days pass after the last tick: a tick each morning, then everything that customers did in that time."""
    last = _last_tick()
    for day in range(days):
        evaluate(last.replace(hour=8, minute=0, second=0) + timedelta(days=day))
    until = last + timedelta(days=days)
    with connection(seed) as con:
        con.execute(f"attach '{quoted(settings().warehouse)}' as w (read_only)")
        lexicon.load(con)
        draw(con)
        answer_files.write(Company(con, Path(settings().inbox_url), last, until))
        _tell_truth(con, settings().data / "truth" / "effects.parquet")
        counts = con.execute(
            """select count(*) filter (channel = 'email'), count(*) filter (channel <> 'email'), count(*) filter (has_opened), count(*) filter (has_clicked),
               (select count(*) from purchase where ordered_at < $until) from message where not is_phantom and not has_bounced and sent_at < $until""",
            {"until": until},
        ).fetchone()
    return Answered(*counts, until)


def draw(con: DuckDBPyConnection) -> None:
    """Tables `message`, `pass` and `purchase`: what everybody did. The warehouse is attached as `w`."""
    con.execute(EFFECT)
    con.executemany("insert into effect values (?, ?, ?, ?)", EFFECTS)
    con.execute("create temp table shares (channel varchar, bounces double, machine double, opens double, clicks double, leaves double, complains double)")
    con.executemany("insert into shares values (?, ?, ?, ?, ?, ?, ?)", SHARES)
    for query in (MESSAGE, PASS, PURCHASE, RECALLED):
        con.execute(query)


def _last_tick() -> datetime:
    if not settings().warehouse.exists() or not (settings().data / "truth").exists():
        raise NothingToAnswer("Only the made-up company answers: run `svod run --demo` first")
    with connect(read_only=True) as con:
        there = con.execute("select count(*) from duckdb_tables() where schema_name = 'communications' and table_name = 'ticks'").fetchone()[0]
        (last,) = con.execute("select max(tick_at) from communications.ticks").fetchone() if there else (None,)
    if last is None:
        raise NothingToAnswer("No scenario is live: set `status: live` in one and run `svod run --demo` again")
    return last


def _tell_truth(con: DuckDBPyConnection, path: Path) -> None:
    con.execute(f"copy ({TRUTH} order by all) to '{quoted(path)}' (format parquet)")
