"""What a tick looks at, frozen: the events between two watermarks, who was merged with whom, the customers and channels as they stood.

The caller gives the inputs as views `input_events`, `input_customers`, `input_channels`, `input_segment_history`, `input_redirects`,
`input_suppressions`, `input_time_zones` (`inputs` makes them of the marts). `input_customers` and `input_channels` may have `valid_from` and
`valid_to`: then a decision goes by the row that held when it was due. Without them the row of now counts. `input_channels` and
`input_suppressions` may say since when a row is known (`known_at`): what came after a watermark had passed it does not count for moments before.
`input_redirects` has every id there ever was, and when it was first given.
"""

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.definitions import CompileWhere
from pipelines.campaigns.engine.sql import BEGINNING, NEVER, SINCE, TICK_AT, UNTIL, with_heir
from pipelines.campaigns.schema import Policy, Scenario

REDIRECTS = f"""
select old_customer_id as customer_id, customer_id as final, coalesce(redirected_at, {BEGINNING}) as joined_at from input_redirects
where old_customer_id <> customer_id and coalesce(redirected_at, {BEGINNING}) <= {TICK_AT}
"""
# Which id of a customer decides about holdouts, from each merge on: the oldest. Were it any of them, whoever is merged often would be held out more often,
# and were it the one of now, a merge with a newcomer could move somebody who has been a customer for years.
ELDERS = f"""
with ids as (

    select final, joined_at, customer_id from redirects
    union all
    select distinct final, {BEGINNING}, final from redirects

)

select distinct final as customer_id, joined_at,
    min(struct_pack(created_at := born.created_at, customer_id := ids.customer_id)) over (partition by final order by joined_at)['customer_id'] as elder
from ids left join input_redirects as born on ids.customer_id = born.old_customer_id
"""
# From when on a statement counts. One whose moment a watermark had passed before it came counts from the moment that its coming gave away to every
# tick, or a late tick would heed it where an early one could not. This is for decisions; before anything is sent, all that is known is asked again.
COUNTS_FROM = f"case when known_at > $last_tick and {{moment}} <= {SINCE} then greatest({{moment}}, known_at - ({TICK_AT} - {UNTIL})) else {{moment}} end"
LATE_STRETCHES = f"""
create or replace temp table channels_late as
with moved as (select *, {COUNTS_FROM.format(moment="valid_from")} as counts_from from input_channels)
select * exclude (counts_from) replace (counts_from as valid_from, coalesce(
    min(counts_from) over (partition by customer_id, channel order by valid_from nulls first rows between 1 following and unbounded following), valid_to) as valid_to)
from moved semi join (select customer_id, channel from moved where counts_from > valid_from) using (customer_id, channel)
"""
# Whoever waits for what becomes of a message listens for these too.
OUTCOMES = r"((select count(*) from patterns where kind = 'delivery') > 0 and message_id is not null and (event_name like '%\_bounced%' escape '\' or event_name like '%\_delivered' escape '\'))"
LISTENED = f"select event_id, customer_id, event_name, occurred_at, loaded_at from input_events where event_name in (from names) or {OUTCOMES}"
# What a watermark had passed before it came: counted, never acted on.
LATE = f"""
insert into communications.late_events by name
select *, {TICK_AT} as tick_at from ({LISTENED}) where occurred_at <= {SINCE} and loaded_at > $last_tick and loaded_at <= {TICK_AT}
"""
EVENTS = f"""
select * from input_events where event_name in (from names) and occurred_at > {{earliest}} and occurred_at <= {UNTIL} and loaded_at <= {TICK_AT}
    and not coalesce(is_machine, false)
"""
OPEN_SINCE = f"""
select coalesce(min(entered_at), {SINCE}) from communications.entries
where entry_id not in (select entry_id from communications.transitions where next_step = 'end')
"""
# A zone that nobody knows is none.
ZONES = (
    "select zones.customer_id, known.name as time_zone from input_time_zones as zones left join pg_timezone_names() as known on zones.time_zone = known.name"
)
# No pass that is under way began before `earliest`, so none listens for what was before.
ATTEMPTS = "select message_id, coalesce(finished_at, started_at) as moment, outcome from communications.attempts where moment >= $earliest"
DELIVERIES = {
    "sent": f"select message_id, moment from ({ATTEMPTS}) where outcome = 'accepted'",
    "failed": f"""select message_id, moment from ({ATTEMPTS}) where outcome = 'failed'
        union all select message_id, occurred_at from long_events where event_name like '%\\_bounced%' escape '\\'""",
    "delivered": "select message_id, occurred_at as moment from long_events where event_name like '%\\_delivered' escape '\\'",
}


def freeze(connection: DuckDBPyConnection, scenarios: list[Scenario], policy: Policy, last_tick: object, compile_where: CompileWhere) -> None:
    """Temporary tables `redirects`, `elders`, `customers_then`, `channels_then`, `suppressed`, `zones`, `slice_events`, `happened`, `holds`."""
    connection.execute(f"create or replace temp table redirects as {REDIRECTS}")
    connection.execute(f"create or replace temp table elders as {ELDERS}")
    _lent(connection, "view", "customers_then", _as_it_stood(connection, "customers", last_tick))
    _lent(connection, "table", "channels_then", _as_it_stood(connection, "channels", last_tick))
    _lent(connection, "table", "zones", ZONES)
    has_known_at = bool(last_tick) and "known_at" in _columns(connection, "suppressions")
    suppressed_at = COUNTS_FROM.format(moment="suppressed_at") if has_known_at else "suppressed_at"
    connection.execute(
        f"""create or replace temp table suppressed as select channel, identifier_type, address, min(coalesce({suppressed_at}, {BEGINNING})) as suppressed_at
            from input_suppressions group by channel, identifier_type, address""", {"last_tick": last_tick} if has_known_at else None,
    )  # fmt: skip
    named = [(one.entry.event.event) for one in scenarios if one.entry.event]
    connection.execute(
        """create or replace temp table names as select distinct name from patterns where kind = 'event'
           union select unnest(events) from compared union select distinct unnest(cast($named as varchar[]))""", {"named": named},
    )  # fmt: skip
    if last_tick:
        connection.execute(LATE, {"last_tick": last_tick})
    connection.execute(f"create or replace temp table slice_events as {EVENTS.format(earliest=SINCE)}")
    _listen(connection, compile_where)


def _as_it_stood(connection: DuckDBPyConnection, name: str, last_tick: object) -> str:
    columns, source = _columns(connection, name), f"input_{name}"
    bounds = f"* replace (coalesce(valid_from, {BEGINNING}) as valid_from, coalesce(valid_to, {NEVER}) as valid_to)"
    if last_tick and name == "channels" and "known_at" in columns:
        connection.execute(LATE_STRETCHES, {"last_tick": last_tick})
        source = "(select * from input_channels anti join channels_late using (customer_id, channel) union all by name select * from channels_late)"
    return f"select {bounds if 'valid_from' in columns else f'*, {BEGINNING} as valid_from, {NEVER} as valid_to'} from {source}"


def _columns(connection: DuckDBPyConnection, name: str) -> set[str]:
    return {column for (column,) in connection.execute(f"select column_name from (describe input_{name})").fetchall()}


def _lent(connection: DuckDBPyConnection, kind: str, name: str, query: str) -> None:
    """A former id that has no rows of its own any more is looked up as its heir. What is looked into again and again is a table; customers are too wide for that."""
    connection.execute(
        f"""create or replace temp {kind} {name} as with own as (select * from ({query})) select * from own union all by name
            select own.* replace (former.customer_id as customer_id) from own
            inner join (select * from redirects where customer_id not in (select customer_id from own)) as former on own.customer_id = former.final"""
    )


def _listen(connection: DuckDBPyConnection, compile_where: CompileWhere) -> None:
    """`happened`: what any guard listens for, by pattern. `holds`: for which customers a condition holds, and when."""
    patterns = connection.execute("select pattern, kind, name, condition, looks_back from patterns order by pattern").fetchall()
    if any(looks_back for *_, looks_back in patterns):
        (earliest,) = connection.execute(f"select least(({OPEN_SINCE}), {SINCE})").fetchone()
        names = f"event_name in (from names) or {OUTCOMES}"
        connection.execute(
            f"""create or replace temp table long_events as {EVENTS.format(earliest="$earliest").replace("event_name in (from names)", f"({names})")}
                and (occurred_at > {SINCE} or event_id not in (select event_id from communications.late_events))""", {"earliest": earliest},
        )  # fmt: skip
    connection.execute(
        "create or replace temp table holds (pattern int, customer_id varchar, valid_from timestamp, valid_to timestamp, final varchar, joined_at timestamp)"
    )
    connection.execute("""create or replace temp table happened (pattern int, customer_id varchar, known_at timestamp, moment timestamp, event_id varchar,
        message_id varchar, final varchar, joined_at timestamp)""")
    for pattern, kind, name, condition, looks_back in patterns:
        if kind == "state":
            where = compile_where(condition, "customer", "customer")
            query = f"select {pattern} as pattern, customer_id, valid_from, valid_to from customers_then as customer where {where}"
            connection.execute(f"insert into holds by name {with_heir(query)}")
        elif kind == "event":
            where = compile_where(condition, "event", "event") if condition else "true"
            query = f"""select {pattern} as pattern, customer_id, loaded_at as known_at, occurred_at as moment, event_id, message_id
                from {"long_events" if looks_back else "slice_events"} as event where event_name = $name and {where}"""
            connection.execute(f"insert into happened by name {with_heir(query)}", {"name": name})
        elif kind == "delivery" and name != "held_back":
            query = f"select {pattern} as pattern, null as customer_id, moment as known_at, moment, null as event_id, message_id from ({DELIVERIES[name]}) where moment <= {UNTIL}"
            connection.execute(f"insert into happened by name {with_heir(query)}", {"earliest": earliest} if "$earliest" in query else None)
        elif kind.startswith("segment"):
            query = f"""select {pattern} as pattern, customer_id, occurred_at as known_at, occurred_at as moment, null as event_id, null as message_id
                from input_segment_history where segment = $name and change = $change and occurred_at > {SINCE} and occurred_at <= {UNTIL}"""
            connection.execute(f"insert into happened by name {with_heir(query)}", {"name": name, "change": kind.removeprefix("segment_")})
