"""A made-up company for the evaluation, drawn in sets: what its customers do, when that becomes known, who turns out to be whom, who parts from whom, who takes consent back.

`show` puts before the engine only what is known at a tick. Files come at once, within the policy's lateness, or days after every tick has
passed what they tell; what comes in between is acted on by whoever has not passed it, and is not here. Everything hangs on one seed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.campaigns.engine.tick import tick  # noqa: F401 # for the tests beside
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import ensure

START = datetime(2026, 3, 20)  # the clocks of Europe/Berlin change on the 29th
TITLES = {"en": "Made up", "ru": "Придумано"}
CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2", "memory_limit": "4GB"}
HELPERS = """
create macro draw(key, salt) as (hash(concat_ws('|', key, salt, {seed})) % 1000000) / 1e6;
create macro first_known_at(key) as timestamp '2026-01-01' + to_days(cast(draw(key, 'known') * 3 as int));
create macro pick(many, key, salt) as many[1 + cast(floor(draw(key, salt) * len(many)) as int)];
create macro within_days(key, salt) as timestamp '{start}' + to_seconds(cast(draw(key, salt) * {days} * 86400 as bigint));
-- How much later than it happened something becomes known: at once, within the hour, or after any tick has passed it.
create macro lag_of(key) as to_seconds(cast(case when draw(key, 'lag') < 0.5 then 0 when draw(key, 'lag') < 0.95 then draw(key, 'minutes') * 3599
    else (46 + draw(key, 'minutes') * 50) * 3600 end as bigint));
"""
# One in five customers merges into another, once: of a chain only the last end is known afterwards. One in ten has somebody part from them.
PEOPLE = """
create table people as
select printf('c_%06d', n) as customer_id, n, case when n % 5 = 1 then printf('c_%06d', n - 1) end as heir, null::timestamp as born_at,
    case when n % 5 = 1 then within_days(n, 'merge') end as merged_at, case when n % 10 = 7 then within_days(n, 'split') end as parted_at
from range({customers}) as numbers (n);
insert into people select 'p' || customer_id, n, null, parted_at, null, null from people where parted_at is not null;
create table redirects as
select customer_id as old_customer_id, heir as customer_id, merged_at as redirected_at, merged_at as known_at, first_known_at(customer_id) as created_at from people where heir is not null
union all select customer_id, customer_id, null, born_at, coalesce(born_at, first_known_at(customer_id)) from people where heir is null;
create table time_zones as
select customer_id, pick(['Europe/Moscow', 'Europe/Berlin', 'Asia/Vladivostok', 'America/New_York', null, 'Nowhere/Atlantis'], customer_id, 'zone') as time_zone from people;
create table customers as
with drawn as (
    select *, case when draw(customer_id, 'b') < 0.36 then date '1980-03-20' + cast(draw(customer_id, 'day') * 12 as int) when draw(customer_id, 'b') < 0.4 then date '1988-02-29'
        else date '1960-01-01' + cast(draw(customer_id, 'day') * 14600 as int) end as birth_date,
        pick(['ru', 'en', 'de', null], customer_id, 'language') as language, cast(floor(draw(customer_id, 'orders') * 3) as int) as orders_count, within_days(customer_id, 'turned') as turned
    from people
)
select customer_id, birth_date, language, orders_count, born_at as valid_from, born_at as known_at from drawn
union all select customer_id, birth_date, language, orders_count + 1, turned, turned from drawn where turned > coalesce(born_at, timestamp '1900-01-01');
"""
# Some share an address. Of a channel there are up to three stretches, consent turning with each.
CHANNELS = """
create table channels as
with places as (
    select people.*, channel, identifier_type, customer_id || channel as place from people, (values ('email', 'email'), ('sms', 'phone'), ('messenger', 'telegram')) as kinds (channel, identifier_type)
), addresses as (
    select places.*, case when draw(place, 'missing') > 0.02 then
        case channel when 'email' then '' else identifier_type || ':' end || case when draw(place, 'shared') < 0.08 then printf('c_%06d', n - n % 10) else customer_id end
        || case channel when 'email' then '@example.com' else '' end end as address
    from places
), turns as (
    select *, unnest(range(cast(floor(draw(place, 'turns') * 3) as int) + 1)) as turn from addresses
), timed as (
    select *, case when turn = 0 then born_at else greatest(within_days(place, turn), coalesce(born_at, timestamp '1900-01-01') + to_minutes(turn)) end as valid_from from turns
)
select customer_id, channel, identifier_type, address, (draw(place, 'granted') < 0.75) = (turn % 2 = 0) as has_consent, draw(customer_id, 'forbidden') < 0.05 as is_processing_forbidden,
    valid_from, case when turn = 0 then born_at else valid_from + lag_of(place || turn) end as known_at
from timed;
create table suppressions as
select channel, identifier_type, address, within_days(customer_id || channel, 'suppressed') as suppressed_at, suppressed_at + lag_of('s' || customer_id || channel) as known_at
from channels where valid_from is null and address is not null and draw(customer_id || channel, 'is_suppressed') < 0.06;
"""
HAPPENED = """
create table segment_history as
with turns as (
    select customer_id, born_at, unnest(range(cast(floor(draw(customer_id, 'lapsing') * 4) as int))) as turn from people
), timed as (
    select customer_id, greatest(within_days(customer_id, 'l' || turn), coalesce(born_at, timestamp '1900-01-01') + to_minutes(turn)) as occurred_at from turns
)
select customer_id, 'lapsing' as segment, case when row_number() over (partition by customer_id order by occurred_at) % 2 = 1 then 'entered' else 'left' end as change, occurred_at from timed
union all select customer_id, 'everybody', 'entered', coalesce(born_at, timestamp '{start}' - interval 1 day) from people;
create table events (event_id varchar, customer_id varchar, event_name varchar, occurred_at timestamp, loaded_at timestamp, source varchar, channel varchar, campaign varchar,
    message_id varchar, url varchar, amount decimal(18, 2), currency varchar, properties varchar, is_machine boolean);
insert into events by name
with times as (
    select people.*, event_name, unnest(range(cast(floor(-ln(1 - draw(customer_id, event_name)) * mean * {days}) as int))) as number
    from people, (values ('cart_updated', 0.35), ('order_paid', 0.2), ('page_viewed', 0.5)) as kinds (event_name, mean) where born_at is null
), timed as (
    select *, concat_ws(':', customer_id, event_name, number) as event_id, within_days(event_id, 'at') as occurred_at, occurred_at + lag_of(event_id) as loaded_at from times
)
-- Under the id that the customer had when it became known; of a merged one some records still bear the former.
select event_id, case when loaded_at >= parted_at and draw(event_id, 'who') < 0.5 then 'p' || customer_id when loaded_at >= merged_at and draw(event_id, 'who') < 0.5 then heir else customer_id end as customer_id,
    event_name, occurred_at, loaded_at, 'made_up' as source, 'web' as channel, 5 + cast(floor(draw(event_id, 'amount') * 195) as int) as amount, 'EUR' as currency, '{{}}' as properties, false as is_machine
from timed;
create table attempts (message_id varchar, finished_at timestamp, outcome varchar);
"""
# What the customers of a run did with its messages: nine in ten arrive, of those two in five are clicked; the provider tells of deliveries and bounces.
ANSWERED = """
create or replace temp table sent as
select message_id, customer_id, release_at + to_seconds(cast(draw(message_id, 'took') * 240 as bigint)) as finished_at, if(draw(message_id, 'taken') < 0.9, 'accepted', 'failed') as outcome
from communications.outbox where not is_phantom;
insert into made.attempts select message_id, finished_at, outcome from sent;
insert into made.events by name
select event_name || message_id as event_id, customer_id, event_name, finished_at + to_seconds(60 + cast(draw(message_id, event_name) * seconds as bigint)) as occurred_at,
    occurred_at + lag_of(event_name || message_id) as loaded_at, 'made_up' as source, 'email' as channel, message_id, 'EUR' as currency, '{}' as properties,
    event_name = 'email_clicked' and draw(message_id, 'machine') < 0.2 as is_machine
from sent, (values ('email_clicked', 0.4, 240000), ('email_delivered', 0.8, 600), ('email_bounced', 0.1, 6000)) as kinds (event_name, share, seconds)
where outcome = 'accepted' and draw(message_id, 'is' || event_name) < share;
"""
# Stretches of what is known so far, each until the next.
STRETCHES = """select * exclude (known_at{also}), lead(valid_from) over (partition by {key} order by valid_from nulls first) as valid_to{shown}
    from made.{name} where coalesce(known_at, timestamp '1900-01-01') <= timestamp '{at}'"""
SHOWN = {
    "events": "select * from made.events where loaded_at <= timestamp '{at}'",
    "customers": STRETCHES.replace("{name}", "customers").replace("{key}", "customer_id").replace("{also}", "").replace("{shown}", ""),
    "channels": STRETCHES.replace("{name}", "channels").replace("{key}", "customer_id, channel").replace("{also}", "").replace("{shown}", ", known_at"),
    "segment_history": "select * from made.segment_history where occurred_at <= timestamp '{at}'",
    "redirects": "select * exclude (known_at) from made.redirects where coalesce(known_at, timestamp '1900-01-01') <= timestamp '{at}'",
    "suppressions": "select * from made.suppressions where known_at <= timestamp '{at}'",
    "time_zones": "select * from made.time_zones",
}


@dataclass(frozen=True)
class World:
    """The file that holds the company, and until when things happen."""

    file: Path
    days: int
    seed: int

    @property
    def end(self) -> datetime:
        return START + timedelta(days=self.days)

    @property
    def helpers(self) -> str:
        return HELPERS.format(seed=self.seed, start=START, days=self.days)


def make(file: Path, customers: int, days: int, seed: int) -> World:
    """A company of so many customers, over so many days."""
    world = World(file, days, seed)
    with duckdb.connect(str(file), config=CONFIG) as connection:
        for part in (world.helpers, PEOPLE, CHANNELS, HAPPENED):
            connection.execute(part if part is world.helpers else part.format(customers=customers, days=days, start=START))
    return world


def opened(world: World, *, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    """A database with the company attached as `made` and no tick yet."""
    connection = duckdb.connect(config=CONFIG)
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set temp_directory = '{world.file}.spilled'")
    connection.execute(f"attach '{world.file}' as made {'(read_only)' if read_only else ''}")
    ensure(connection)
    return connection


def answer(world: World, run: duckdb.DuckDBPyConnection) -> None:
    """Attempts, deliveries, bounces and clicks for the messages of a run. The run is over then."""
    with duckdb.connect(config=CONFIG) as connection:
        outbox = run.cursor().sql("select message_id, customer_id, release_at, is_phantom from communications.outbox").to_arrow_table()
        run.close()
        connection.execute(f"attach '{world.file}' as made")
        connection.execute(world.helpers)
        connection.execute("create schema communications")
        connection.register("given", outbox)
        connection.execute("create table communications.outbox as from given")
        connection.execute(ANSWERED)


def show(connection: duckdb.DuckDBPyConnection, at: datetime, *, with_attempts: bool = True) -> None:
    """Makes the inputs of what is known at this moment, and loads the attempts made since."""
    for name, query in SHOWN.items():
        connection.execute(f"create or replace temp view input_{name} as " + query.format(at=at))
    if not with_attempts:
        return
    connection.execute(
        """insert into communications.attempts by name select message_id, 1 as attempt, 'b' as batch, 'email' as channel, 'live' as mode, finished_at as started_at, finished_at, outcome
           from made.attempts where finished_at <= ? and message_id not in (select message_id from communications.attempts)""", [at],
    )  # fmt: skip


def policy(**more: object) -> Policy:
    return Policy.model_validate(
        {
            "caps": [{"name": "day", "within": "1d", "at_most": 1, "channels": ["sms"]}, {"name": "week", "within": "7d", "at_most": 3}],
            "holdout_share": 0.05,
            "expires_after": "10h",
        }
        | more
    )


def scenarios() -> list[Scenario]:
    """One of every kind of entry, step and guard."""
    return [Scenario.model_validate({"version": 1, "title": TITLES, "status": "live", "approved_by": "owner@example.com"} | one) for one in (
        {"scenario": "cart", "priority": 60, "entry": {"event": {"event": "cart_updated", "where": "amount > 20"}, "reentry": {"after": "3d"}},
         "exit": [{"event": "order_paid"}], "goal": {"event": "order_paid"}, "holdout": {"share": 0.1},
         "steps": [{"id": "pause", "wait": {"for": "1h"}},
                   {"id": "ab", "split": {"arms": {"nothing": 10, "short": 45, "long": 45}, "go": {"nothing": "listen", "short": "short", "long": "long"}}},
                   {"id": "short", "send": {"channel": ["email", "messenger"], "template": "short"}, "next": "listen"},
                   {"id": "long", "send": {"channel": "email", "template": "long"}},
                   {"id": "listen", "wait": {"until": [{"event": "email_clicked", "of": ["short", "long"], "go": "end"}, {"delivery": "failed", "of": ["short", "long"], "go": "sms"}], "for": "4d", "else": "sms"}},
                   {"id": "sms", "send": {"channel": "sms", "template": "sms"}}]},
        {"scenario": "winback", "priority": 40, "entry": {"segment": "lapsing", "reentry": "once", "where": "orders_count > 0"}, "exit": [{"segment_left": "lapsing"}],
         "steps": [{"id": "offer", "send": {"channel": ["messenger", "email"], "template": "offer"}},
                   {"id": "evening", "wait": {"until": [{"event": "page_viewed", "go": "reminder"}, {"where": "orders_count > 2", "go": "end"}], "for": "1d", "to": "18:30"}},
                   {"id": "reminder", "send": {"channel": "email", "template": "reminder"}}]},
        {"scenario": "birthday", "priority": 80, "entry": {"date": {"attribute": "birth_date", "days_before": 1, "at": "10:00"}, "reentry": "always"},
         "quiet_hours": {"from": "13:00", "to": "13:30"}, "steps": [{"id": "wish", "send": {"channel": ["email", "sms"], "template": "wish"}}]},
        {"scenario": "newsletter", "priority": 20, "entry": {"schedule": {"at": "2026-03-22T10:00:00", "rrule": "FREQ=DAILY;INTERVAL=3", "segment": "everybody"}, "reentry": "always"},
         "exit": [{"event": "order_paid"}], "holdout": {"share": 0.2},
         "steps": [{"id": "letter", "send": {"channel": "email", "template": "letter"}},
                   {"id": "if_held", "wait": {"until": [{"delivery": "held_back", "of": ["letter"], "go": "short"}, {"delivery": "failed", "of": ["letter"], "go": "short"}], "for": "6h", "else": "end"}},
                   {"id": "short", "send": {"channel": "sms", "template": "short"}}]},
        {"scenario": "subjects", "priority": 90, "entry": {"schedule": {"at": "2026-03-20T20:00:00", "rrule": "FREQ=DAILY;INTERVAL=2", "segment": "everybody"}, "reentry": "always", "concurrent": True},
         "quiet_hours": {"from": "00:00", "to": "00:00"}, "goal": {"event": "order_paid", "within": "2d"},
         "steps": [{"id": "try", "split": {"arms": {"rest": 4, "one": 3, "two": 3}, "go": {"rest": "hours", "one": "one", "two": "two"}}},
                   {"id": "one", "send": {"channel": "email", "template": "one"}, "next": "end"},
                   {"id": "two", "send": {"channel": ["email", "messenger"], "template": "two"}, "next": "end"},
                   {"id": "hours", "wait": {"until": [{"event": "page_viewed", "go": "better"}], "for": "1d", "to": "21:00"}},
                   {"id": "better", "winner": {"of": "try", "by": "clicked"}}]},
        {"scenario": "nudge", "priority": 30, "entry": {"event": {"event": "page_viewed"}, "reentry": {"after": "2d"}}, "goal": {"event": "order_paid", "where": "amount > 50"},
         "steps": [{"id": "try", "split": {"arms": {"soft": 1, "hard": 1, "rest": 3}, "go": {"soft": "mark", "hard": "hard", "rest": "while"}}},
                   {"id": "mark", "set": {"trait": "nudged", "value": "softly"}}, {"id": "soft", "send": {"channel": "messenger", "template": "soft"}, "next": "thank"},
                   {"id": "hard", "send": {"channel": ["messenger", "email"], "template": "hard"}},
                   {"id": "thank", "enter": "thanks", "next": "end"},
                   {"id": "while", "wait": {"until": [{"event": "cart_updated", "go": "better"}], "for": "5h"}},
                   {"id": "better", "winner": {"of": "try", "by": "converted"}}]},
        {"scenario": "receipt", "purpose": "transactional", "entry": {"event": {"event": "order_paid"}, "reentry": "always", "concurrent": True},
         "steps": [{"id": "receipt", "send": {"channel": ["email", "sms"], "template": "receipt"}}, {"id": "mark", "set": {"trait": "has_receipt", "value": True}},
                   {"id": "thank", "enter": "thanks"}]},
        {"scenario": "thanks", "entry": {"event": {"event": "page_viewed", "where": "amount > 150"}, "reentry": "always"},
         "steps": [{"id": "ask", "wait": {"until": [{"event": "order_paid", "where": "amount > 100", "go": "rich"}, {"where": "orders_count > 1", "go": "rich"}], "for": "0m", "else": "again"}},
                   {"id": "again", "send": {"channel": "messenger", "template": "again"}, "max_visits": 3},
                   {"id": "pause", "wait": {"for": "9h"}, "max_visits": 3, "next": "again"},
                   {"id": "rich", "audience": {"add": "rich"}, "next": "end"}]},
    )]  # fmt: skip
