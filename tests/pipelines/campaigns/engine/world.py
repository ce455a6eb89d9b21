"""A small made-up company for the evaluation: what its customers do, when that becomes known, who turns out to be whom, who takes consent back.

`show` puts before the engine only what is known at a tick. Everything is drawn from one seed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import duckdb
import pyarrow as pa

from pipelines.campaigns.engine.tick import tick  # noqa: F401 # for the tests beside
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import ensure

START = datetime(2026, 3, 20)  # the clocks of Europe/Berlin change on the 29th
ZONES = ["Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok", "America/New_York", None, "Nowhere/Atlantis"]
CHANNELS = {"email": "email", "sms": "phone", "messenger": "telegram"}
TITLES = {"en": "Made up", "ru": "Придумано"}
KINDS = {
    "events": "event_id varchar, customer_id varchar, event_name varchar, occurred_at timestamp, loaded_at timestamp, source varchar, channel varchar, campaign varchar, message_id varchar, url varchar, amount decimal(18, 2), currency varchar, properties varchar, is_machine boolean",
    "customers": "customer_id varchar, birth_date date, language varchar, orders_count int, valid_from timestamp, valid_to timestamp",
    "channels": "customer_id varchar, channel varchar, identifier_type varchar, address varchar, has_consent boolean, is_processing_forbidden boolean, valid_from timestamp, valid_to timestamp",
    "segment_history": "customer_id varchar, segment varchar, change varchar, occurred_at timestamp",
    "redirects": "old_customer_id varchar, customer_id varchar, redirected_at timestamp",
    "suppressions": "channel varchar, identifier_type varchar, address varchar, suppressed_at timestamp",
    "time_zones": "customer_id varchar, time_zone varchar",
    "attempts": "message_id varchar, finished_at timestamp, outcome varchar",
}
KNOWN_AT = {
    "events": "loaded_at",
    "segment_history": "occurred_at",
    "redirects": "redirected_at",
    "suppressions": "suppressed_at",
    "customers": "valid_from",
    "channels": "valid_from",
}


@dataclass
class World:
    """Rows by input, and until when things happen."""

    rows: dict[str, list[dict]]
    days: int

    @property
    def end(self) -> datetime:
        return START + timedelta(days=self.days)


def make(customers: int, days: int, seed: int) -> World:
    """A company of so many customers, over so many days."""
    random = Random(seed)
    rows: dict[str, list[dict]] = {name: [] for name in KINDS}
    names = [f"c_{number:06d}" for number in range(customers)]
    for number, name in enumerate(names):
        _customer(random, rows, name, number, names)
        _behaviour(random, rows, name, days)
    pairs = random.sample(names, len(names) // 5 * 2)
    for old, heir in zip(pairs[::2], pairs[1::2], strict=True):  # nobody merges twice: of a chain only the last end is known afterwards
        rows["redirects"].append({"old_customer_id": old, "customer_id": heir, "redirected_at": START + timedelta(hours=random.randrange(days * 24))})
    for name in names:
        rows["redirects"].append({"old_customer_id": name, "customer_id": name, "redirected_at": None})
    return World(rows, days)


def _customer(random: Random, rows: dict, name: str, number: int, names: list[str]) -> None:
    rows["time_zones"].append({"customer_id": name, "time_zone": random.choice(ZONES)})
    birthday = date(1960, 1, 1) + timedelta(days=random.randrange(365 * 40))
    if random.random() < 0.4:
        birthday = birthday.replace(month=3, day=random.randrange(20, 32)) if random.random() < 0.9 else date(1988, 2, 29)
    turned = START + timedelta(hours=random.randrange(240))
    language, orders = random.choice(["ru", "en", "de", None]), random.randrange(3)
    rows["customers"] += [
        {"customer_id": name, "birth_date": birthday, "language": language, "orders_count": orders, "valid_from": None, "valid_to": turned},
        {"customer_id": name, "birth_date": birthday, "language": language, "orders_count": orders + 1, "valid_from": turned, "valid_to": None},
    ]
    for channel, kind in CHANNELS.items():
        owner = random.choice(names) if random.random() < 0.08 else name  # some share an address
        address = f"{owner}@example.com" if kind == "email" else f"{kind}:{owner}"
        given, changes = random.random() < 0.75, sorted(START + timedelta(minutes=random.randrange(-1440, 20000)) for _ in range(random.choice([0, 0, 1, 2])))
        forbidden = random.random() < 0.05
        for start, end in zip([None, *changes], [*changes, None], strict=True):
            rows["channels"].append({"customer_id": name, "channel": channel, "identifier_type": kind, "address": address if random.random() > 0.02 else None,
                                     "has_consent": given, "is_processing_forbidden": forbidden, "valid_from": start, "valid_to": end})  # fmt: skip
            given = not given
        if random.random() < 0.06:
            rows["suppressions"].append(
                {"channel": channel, "identifier_type": kind, "address": address, "suppressed_at": START + timedelta(minutes=random.randrange(20000))}
            )


def _behaviour(random: Random, rows: dict, name: str, days: int) -> None:
    for event, mean in {"cart_updated": 0.35, "order_paid": 0.2, "page_viewed": 0.5}.items():
        for _ in range(int(random.expovariate(1 / (mean * days)))):
            at = START + timedelta(seconds=random.randrange(days * 86400))
            _event(random, rows, name, event, at, amount=random.randrange(5, 200))
    inside = False
    for hour in sorted(random.randrange(days * 24) for _ in range(random.choice([0, 1, 2, 3]))):
        inside = not inside
        rows["segment_history"].append(
            {"customer_id": name, "segment": "lapsing", "change": "entered" if inside else "left", "occurred_at": START + timedelta(hours=hour, minutes=1)}
        )
    rows["segment_history"].append({"customer_id": name, "segment": "everybody", "change": "entered", "occurred_at": START - timedelta(days=1)})


def _event(random: Random, rows: dict, name: str, event: str, at: datetime, **more: object) -> None:
    lag = timedelta(minutes=random.randrange(60)) if random.random() < 0.5 else timedelta()
    rows["events"].append({"event_id": f"e{len(rows['events']):07d}", "customer_id": name, "event_name": event, "occurred_at": at, "loaded_at": at + lag,
                           "source": "made_up", "channel": "web", "campaign": None, "message_id": None, "url": None, "amount": None, "currency": "EUR",
                           "properties": "{}", "is_machine": False} | more)  # fmt: skip


def answer(world: World, connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Attempts and clicks for the messages of a run: what the customers of that run did with them."""
    random = Random(seed)
    found = connection.execute("select message_id, customer_id, release_at from communications.outbox where not is_phantom order by message_id").fetchall()
    for message_id, customer, released in found:
        outcome = random.choices(["accepted", "failed"], [9, 1])[0]
        world.rows["attempts"].append({"message_id": message_id, "finished_at": released + timedelta(minutes=random.randrange(5)), "outcome": outcome})
        if outcome == "accepted" and random.random() < 0.4:
            _event(
                random,
                world.rows,
                customer,
                "email_clicked",
                released + timedelta(minutes=random.randrange(5, 4000)),
                message_id=message_id,
                is_machine=random.random() < 0.2,
            )


def opened(world: World) -> duckdb.DuckDBPyConnection:
    """A database with the whole company in schema `world` and no tick yet."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2"})
    connection.execute("set timezone = 'UTC'")
    connection.execute("create schema world")
    for name, columns in KINDS.items():
        connection.execute(f"create table world.{name} ({columns})")
        if world.rows[name]:
            given = pa.Table.from_pylist(world.rows[name])  # noqa: F841 # DuckDB finds it by its name
            connection.execute(f"insert into world.{name} by name from given")
    ensure(connection)
    return connection


def show(connection: duckdb.DuckDBPyConnection, tick_at: datetime) -> None:
    """Makes the inputs of what is known at this moment, and loads the attempts made since."""
    for name in KINDS:
        if name == "attempts":
            continue
        known = f"coalesce({KNOWN_AT[name]}, timestamp '1900-01-01') <= timestamp '{tick_at}'" if name in KNOWN_AT else "true"
        until = f"* replace (case when valid_to <= timestamp '{tick_at}' then valid_to end as valid_to)" if name in ("customers", "channels") else "*"
        connection.execute(f"create or replace temp view input_{name} as select {until} from world.{name} where {known}")
    connection.execute(
        """insert into communications.attempts by name select message_id, 1 as attempt, 'b' as batch, 'email' as channel, 'live' as mode, finished_at as started_at, finished_at, outcome
           from world.attempts where finished_at <= ? and message_id not in (select message_id from communications.attempts)""", [tick_at],
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
                   {"id": "listen", "wait": {"until": [{"event": "email_clicked", "of": ["short", "long"], "go": "end"}], "for": "2d", "else": "sms"}},
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
        {"scenario": "receipt", "purpose": "transactional", "entry": {"event": {"event": "order_paid"}, "reentry": "always", "concurrent": True},
         "steps": [{"id": "receipt", "send": {"channel": ["email", "sms"], "template": "receipt"}}, {"id": "mark", "set": {"trait": "has_receipt", "value": True}},
                   {"id": "thank", "enter": "thanks"}]},
        {"scenario": "thanks", "entry": {"event": {"event": "page_viewed", "where": "amount > 150"}, "reentry": "always"},
         "steps": [{"id": "ask", "wait": {"until": [{"event": "order_paid", "where": "amount > 100", "go": "rich"}, {"where": "orders_count > 1", "go": "rich"}], "for": "0m", "else": "again"}},
                   {"id": "again", "send": {"channel": "messenger", "template": "again"}, "max_visits": 3},
                   {"id": "pause", "wait": {"for": "9h"}, "max_visits": 3, "next": "again"},
                   {"id": "rich", "audience": {"add": "rich"}, "next": "end"}]},
    )]  # fmt: skip
