"""Which passes begin: candidates named by the data, let in one after another in the order of their moments.

Whether somebody may enter depends on the passes before, and whether those have ended on what happened since; so a candidate is judged
only when all earlier passes of that customer have been followed to the candidate's moment.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.definitions import CompileWhere
from pipelines.campaigns.engine.sql import SINCE, TICK_AT, UNTIL, in_global_holdout, in_local_holdout, of_these, person, same_person, utc, with_elder, with_heir
from pipelines.campaigns.schema import Policy, Scenario

CANDIDATES = """scenario varchar, version int, customer_id varchar, known_at timestamp, occurrence varchar, moment timestamp, event_id varchar,
    final varchar, joined_at timestamp"""
MEMBERS = """
select customer_id from input_segment_history where segment = $segment and occurred_at <= $moment
group by customer_id having max_by(change, occurred_at) = 'entered'
"""
# One occurrence is entered once, whoever the customer has become. Earlier passes: those that began before, or are let in before.
JUDGED = f"""
create or replace temp table judged as
with

passes as (

    {of_these("communications.entries", "select final from candidates")}

),

ends as (

    select entry_id, left_at as ended_at from communications.transitions where next_step = 'end' and entry_id in (select entry_id from passes)

)

select candidates.rowid as candidate, count(passes.entry_id) > 0 as is_refused
from candidates
inner join versions using (scenario, version)
left join (select passes.*, ends.ended_at from passes left join ends using (entry_id)) as passes
    on candidates.scenario = passes.scenario and candidates.final = passes.final
    and {person("candidates", "candidates.known_at")} = {person("passes", "candidates.known_at")}
    and (passes.occurrence = candidates.occurrence or versions.reentry = 'once'
        or (versions.reentry = 'after' and passes.entered_at + to_seconds(versions.reentry_seconds) > candidates.moment)
        or (not versions.concurrent and (passes.ended_at is null or passes.ended_at > candidates.moment)))
where {{ready}}
group by candidates.rowid
"""
# What a pass does next, and whom it lets in elsewhere, may depend on a message that is not decided yet, or on a winner: later moments wait for it.
READY = f"""
scenario in (select unnest(cast($names as varchar[])))
and not exists (from undecided where undecided.listens_to_decisions and {same_person("candidates", "undecided", "candidates.known_at")} and undecided.due_at <= candidates.moment)
and not exists (from deciding where {same_person("candidates", "deciding", "candidates.known_at")} and deciding.since <= candidates.moment
    and (deciding.scenario = candidates.scenario or deciding.scenario in (select scenario from versions where enters)))
"""
ADMITTED = f"""
create or replace temp table admitted as
with

possible as (

    select candidate, candidates.* from judged inner join candidates on judged.candidate = candidates.rowid where not is_refused

)

select candidate, md5(concat_ws('|', scenario, customer_id, occurrence)) as entry_id, scenario, version, customer_id, occurrence, moment as entered_at, event_id,
    case when {in_global_holdout("elder")} then 'global' when {in_local_holdout("elder")} then 'local' end as holdout
from ({with_elder("select * from possible", "known_at")}) as possible inner join versions using (scenario, version)
where not exists (from possible as earlier where earlier.scenario = possible.scenario and {same_person("possible", "earlier", "possible.known_at")}
    and (earlier.moment, earlier.occurrence, earlier.customer_id, earlier.candidate) < (possible.moment, possible.occurrence, possible.customer_id, possible.candidate))
"""
STARTED = """
insert into active by name
select entry_id, scenario, version, customer_id, final, joined_at, entered_at, occurrence, holdout, step, 1 as visit, 0 as position, entered_at as since, null as arm
from ({}) inner join steps using (scenario, version) where is_first
"""


def collect(connection: DuckDBPyConnection, scenarios: list[Scenario], policy: Policy, compile_where: CompileWhere) -> None:
    """Temporary table `candidates`: whoever might enter between the watermarks."""
    connection.execute(f"create or replace temp table candidates ({CANDIDATES})")
    for one in scenarios:
        entry = one.entry
        if entry.event:
            where = compile_where(entry.event.where, "event", "event") if entry.event.where else "true"
            _add(connection, one, f"select customer_id, loaded_at as known_at, event_id as occurrence, occurred_at as moment, event_id from slice_events as event "
                 f"where event_name = $event and {where}", {"event": entry.event.event}, compile_where)  # fmt: skip
        elif entry.segment:
            _add(connection, one, f"""select customer_id, occurred_at as known_at, {stamp("occurred_at")} as occurrence, occurred_at as moment, null as event_id
                from input_segment_history where segment = $segment and change = 'entered' and occurred_at > {SINCE} and occurred_at <= {UNTIL}""",
                 {"segment": entry.segment}, compile_where)  # fmt: skip
        elif entry.schedule:
            for moment in slots(connection, one, policy):
                _add(connection, one, f"select customer_id, cast($moment as timestamp) as known_at, {stamp('cast($moment as timestamp)')} as occurrence, cast($moment as timestamp) as moment, null as event_id from ({MEMBERS})",
                     {"segment": entry.schedule.segment, "moment": moment}, compile_where)  # fmt: skip
        else:
            _add(connection, one, _dates(one), {"zone": policy.time_zone, "clock": str(entry.date.at), "days": entry.date.days_before}, compile_where)


def admit(connection: DuckDBPyConnection, policy: Policy, names: list[str]) -> int:
    """Of these scenarios, lets in the first of each customer's candidates that may enter, and turns away those that may not. Returns how many were judged."""
    if not connection.execute("select count(*) from candidates").fetchone()[0]:
        return 0
    if not connection.execute(JUDGED.format(ready=READY), {"names": names}).fetchone()[0]:
        return 0
    connection.execute(ADMITTED, {"holdout_salt": policy.holdout_salt, "holdout_share": policy.holdout_share})
    connection.execute(f"insert into communications.entries by name select * exclude (candidate), {TICK_AT} as tick_at from admitted")
    connection.execute(STARTED.format(with_heir("select * from admitted")))
    (judged,) = connection.execute("select count(*) from (select candidate from judged where is_refused union select candidate from admitted)").fetchone()
    connection.execute(
        "create or replace temp table candidates as select * from candidates where rowid not in (select candidate from judged where is_refused union all select candidate from admitted)"
    )
    return judged


def levels(scenarios: list[Scenario]) -> list[list[str]]:
    """The scenarios in an order in which each comes after those whose passes enter it."""
    targets = {one.scenario: {step.enter for step in one.steps if step.enter} for one in scenarios}
    level = dict.fromkeys(targets, 0)
    for _ in targets:  # a circle of scenarios, which checks refuse, ends here too
        for source, entered in targets.items():
            level |= {name: max(level[name], level[source] + 1) for name in entered & targets.keys()}
    return [sorted(name for name in level if level[name] == number) for number in sorted(set(level.values()))]


def slots(connection: DuckDBPyConnection, one: Scenario, policy: Policy) -> list[datetime]:
    """The moments of a schedule between the watermarks, UTC. The rule is counted on the clock of the policy's zone, so that 10:00 stays 10:00."""
    since, until = connection.execute(f"select {SINCE}, {UNTIL}").fetchone()
    zone, first = ZoneInfo(policy.time_zone), one.entry.schedule.at.replace(tzinfo=None)
    after, before = (moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) for moment in (since, until))
    walls = rrulestr(one.entry.schedule.rrule, dtstart=first).between(after, before, inc=True) if one.entry.schedule.rrule else [first]
    moments = [wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) for wall in walls]
    return [moment for moment in dict.fromkeys(moments) if since < moment <= until]


def stamp(moment: str) -> str:
    return f"strftime({moment}, '%Y-%m-%dT%H:%M:%S')"


def _dates(one: Scenario) -> str:
    """The customers' days of the year, at a time of their own clocks; 29 February is the 28th in other years."""
    date, column = one.entry.date, f'"{one.entry.date.attribute}"'
    years = f"range(year({SINCE}) - 2, year({UNTIL}) + 3)" if date.every == "year" else f"[year({column})]"
    day = f"cast({column} as date) + to_years(cast(year as int) - cast(year({column}) as int)) - to_days(cast($days as int))"
    moment = utc("wall", "zone")
    return f"""select customer_id, moment as known_at, cast(year as varchar) as occurrence, moment, null as event_id from (
        select customer_id, year, {moment} as moment, valid_from, valid_to from (
            select customers.customer_id, year, cast({day} as date) + cast($clock as time) as wall, coalesce(zones.time_zone, $zone) as zone, valid_from, valid_to
            from (select customer_id, {column}, valid_from, valid_to, unnest({years}) as year from customers_then where {column} is not null) as customers
            left join zones on customers.customer_id = zones.customer_id
        ) where wall > {SINCE} - interval 2 day and wall < {UNTIL} + interval 2 day
    ) where moment > {SINCE} and moment <= {UNTIL} and moment >= valid_from and moment < valid_to"""


def _add(connection: DuckDBPyConnection, one: Scenario, query: str, values: dict, compile_where: CompileWhere) -> None:
    """Under the id of who it was when it became known, if the condition on the customer held."""
    named = f"select * exclude (customer_id, final, joined_at), {person('found', 'found.known_at')} as customer_id from ({with_heir(query)}) as found"
    if one.entry.where:
        where = compile_where(one.entry.where, "customer", "customer")
        named = f"""select named.* from ({named}) as named inner join (select customer_id, valid_from, valid_to from customers_then as customer where {where}) as held
            on named.customer_id = held.customer_id and held.valid_from <= named.moment and held.valid_to > named.moment"""
    connection.execute(
        f"insert into candidates by name {with_heir(f'select {quoted(one.scenario)} as scenario, {one.version} as version, * from ({named})')}", values
    )


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
