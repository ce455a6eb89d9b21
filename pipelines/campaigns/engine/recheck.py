"""What is planned, looked at once more at the moment of handing over: consent taken back, address suppressed, pass left, customer merged or erased.

A tick decides by what held when a message was due. Between that and the sending lie hours, so the sender asks again when it claims, and
nothing that it asks about here is ever sent. Inputs are those of the tick (`inputs.show`); `now` is a real clock, the sender's.

Caps are counted once more as well, by when messages really went: where sending stood still for days, what was planned days apart is due at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine import definitions, given, inputs
from pipelines.campaigns.engine.arbitration import load_caps
from pipelines.campaigns.engine.definitions import RECALL, CompileWhere, compiled
from pipelines.campaigns.engine.sql import TICK_AT, UNTIL, banned, is_quiet, of_these, same_person, with_heir
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.settings import settings

# Whatever has been handed over is not called back any more; trial runs hand nothing over. What may have been handed over may be offered again.
GONE = "select message_id from communications.attempts where mode = 'live' and outcome not in ('deferred', 'unknown')"
# Everybody's ids, former ones too, of whose turn it is.
ASKED = """
create or replace temp table asked_customers as
with

finals as (

    select distinct coalesce(redirects.customer_id, named.customer_id) as customer_id
    from {among} as named left join marts.customer_redirects as redirects on named.customer_id = redirects.old_customer_id

)

select customer_id from finals
union
select old_customer_id from marts.customer_redirects semi join finals using (customer_id)
union
select customer_id from {among}
"""
DOUBTFUL = "select message_id from communications.attempts where mode = 'live' and outcome = 'unknown'"
WAITING = f"""
create or replace temp table waiting_messages as
{
    with_heir(f'''select outbox.*, entries.occurrence, message_id in ({DOUBTFUL}) as is_doubtful
    from communications.outbox as outbox inner join communications.entries using (entry_id)
    where not is_phantom and message_id not in (select message_id from communications.cancellations) and message_id not in ({GONE})
        and expires_at > {TICK_AT} and outbox.scenario not in (select unnest(cast($unreadable as varchar[])))
        and {{whose}}''')
}
"""
# Of those whose messages wait, what went to whoever they were or have become.
SENT = f"""
create or replace temp table sent_messages as
{
    of_these(
        '''(select outbox.*, finished_at from communications.outbox as outbox inner join (
        select message_id, max(coalesce(finished_at, started_at)) as finished_at from communications.attempts
        where mode = 'live' and outcome in ('accepted', 'unknown') group by message_id
    ) using (message_id))''',
        "select final from waiting_messages",
    )
}
"""
WITHDRAWN = f"""
with

heirs as (

    select waiting.* replace (case when joined_at <= {TICK_AT} then final else customer_id end as customer_id), versions.is_live
    from waiting_messages as waiting left join versions using (scenario, version)

),

checked as (

    select heirs.message_id,
        case
            when not coalesce(is_live, false) then 'cancelled'
            when heirs.channel = 'webhook' then case when heirs.purpose <> 'transactional' and is_banned then 'no_processing_basis' end
            when heirs.purpose <> 'transactional' and (not coalesce(channels.has_consent, false) or channels.address is distinct from heirs.address) then 'no_basis'
            when heirs.purpose <> 'transactional' and coalesce(channels.is_processing_forbidden, true) then 'no_processing_basis'
            when suppressed.suppressed_at is not null then 'suppressed'
            when channels.customer_id is null or channels.address is null then 'no_address'
        end as reason
    from heirs
    left join channels_then as channels
        on heirs.customer_id = channels.customer_id and heirs.channel = channels.channel and channels.valid_from <= {TICK_AT} and channels.valid_to > {TICK_AT}
    left join suppressed on heirs.channel = suppressed.channel and heirs.identifier_type = suppressed.identifier_type and heirs.address = suppressed.address
    left join ({banned("select * from heirs where channel = 'webhook'", "rows.customer_id", TICK_AT)}) as banned using (message_id)

),

left_early as (

    select waiting.message_id, 'exited' as reason
    from waiting_messages as waiting inner join guards on waiting.scenario = guards.scenario and waiting.version = guards.version and guards.go = '{RECALL}'
    inner join happened on guards.pattern = happened.pattern and {same_person("waiting", "happened", TICK_AT)} and happened.moment > waiting.due_at
    union all -- of an exit that is a condition it counts how things stand now
    select waiting.message_id, 'exited'
    from waiting_messages as waiting inner join guards on waiting.scenario = guards.scenario and waiting.version = guards.version and guards.go = '{RECALL}'
    inner join holds on guards.pattern = holds.pattern and {same_person("waiting", "holds", TICK_AT)} and holds.valid_from <= {TICK_AT} and holds.valid_to > {TICK_AT}
    union all
    select message_id, 'exited' from waiting_messages semi join (select entry_id from communications.transitions where outcome = 'merged') using (entry_id)

),

stopped as (

    select message_id, reason from checked where reason is not null
    union all
    select * from left_early

),

-- Of the same message to what has become one customer one goes: what went already, or may have, else the first that may.
twice as (

    select message_id, 'duplicate_address' as reason from (
        select message_id, row_number() over (partition by scenario, occurrence, step, visit, final order by is_doubtful desc, due_at, message_id) as place
        from waiting_messages anti join stopped using (message_id)
    ) where place > 1
    union all
    select waiting.message_id, 'duplicate_address' from waiting_messages as waiting semi join (
        select sent.*, occurrence from sent_messages as sent inner join communications.entries using (entry_id)
    ) as sent on (waiting.scenario, waiting.occurrence, waiting.step, waiting.visit, waiting.final) = (sent.scenario, sent.occurrence, sent.step, sent.visit, sent.final)
        and waiting.message_id <> sent.message_id

),

reasons as (

    select * from stopped
    union all
    select * from twice

)

select message_id, min(reason) as reason, any_value(is_doubtful) as is_doubtful from reasons inner join waiting_messages using (message_id) group by message_id
"""
# Over a cap with what went within its window up to now, with what another sender has in hand, and with what goes before it.
CROWDED = f"""
insert into not_now
select distinct message_id from (
    select waiting.message_id, caps.at_most,
        count(distinct counted.message_id) + row_number() over (partition by caps.name, waiting.channel, waiting.final order by waiting.priority desc, waiting.release_at, waiting.message_id) as place
    from waiting_messages as waiting
    inner join caps on len(caps.channels) = 0 or list_contains(caps.channels, waiting.channel)
    left join (
        select message_id, final, channel, finished_at from sent_messages where purpose <> 'transactional' and channel <> 'webhook'
        union all
        select message_id, final, channel, {TICK_AT} from waiting_messages semi join in_hand using (message_id) where purpose <> 'transactional' and channel <> 'webhook'
    ) as counted
        on waiting.final = counted.final and (len(caps.channels) = 0 or list_contains(caps.channels, counted.channel))
        and waiting.message_id <> counted.message_id and counted.finished_at > {TICK_AT} - to_seconds(caps.seconds)
    where waiting.purpose <> 'transactional' and waiting.channel <> 'webhook' and not waiting.is_doubtful and waiting.release_at <= {TICK_AT}
        and waiting.message_id not in (select message_id from not_now) and waiting.message_id not in (select message_id from in_hand)
        and waiting.message_id not in (select message_id from communications.cancellations)
    group by waiting.message_id, caps.name, caps.at_most, waiting.channel, waiting.final, waiting.priority, waiting.release_at
) where place > at_most
"""


def withdrawn(
    connection: DuckDBPyConnection,
    now: datetime,
    given_files: tuple[Iterable[Scenario], Policy] | None = None,
    *,
    among: str | None = None,
    compile_where: CompileWhere = compiled,
) -> int:
    """Writes a cancellation for each planned message that may no longer go, and makes `not_now`. Returns how many were called back.

    `given_files`: scenarios and policy with the inputs made already; unset, they are read from their files, and the inputs are the marts.
    `among`: a table of customers (`customer_id`) whose messages are asked of, all that wait for them; unset, everybody's.
    """
    unreadable: list[str] = []
    if given_files is None:
        from pipelines.campaigns.reading import read

        found = read()
        given_files, unreadable = (found.scenarios, found.policy), list(found.refused)
        if among:
            connection.execute(ASKED.format(among=among))
        inputs.show(connection, now, found.policy, only="asked_customers" if among else None)
    scenarios, policy = list(given_files[0]), given_files[1]
    quiet_now(connection, now, unreadable)
    whose = "outbox.customer_id in (from asked_customers)" if among else "true"
    since = connection.execute(
        f"select min(due_at) from communications.outbox as outbox where not is_phantom and message_id not in ({GONE}) and expires_at > $now and {whose}",
        {"now": now},
    ).fetchone()[0]
    if since is None:
        return 0
    for name, value in {"since": since, "until": now, "tick_at": now}.items():
        connection.execute(f"set variable {name} = timestamp '{value}'")
    current = definitions.load(connection, scenarios, policy)
    given.freeze(connection, current, policy, None, compile_where)
    connection.execute(WAITING.format(whose=whose), {"unreadable": unreadable})
    connection.execute(SENT)
    connection.execute(f"create or replace temp table called_back as {WITHDRAWN}")
    # What may have gone out is not called back, so that statistics go on saying that nobody knows; it is not offered again.
    connection.execute("insert into not_now select message_id from called_back where is_doubtful")
    (count,) = connection.execute(
        f"""insert into communications.cancellations by name
            select message_id, {UNTIL} as cancelled_at, reason, {TICK_AT} as tick_at from called_back where not is_doubtful"""
    ).fetchone()
    load_caps(connection, policy)
    connection.execute("create temp table if not exists in_hand (message_id varchar)")  # a claim has made it
    connection.execute(CROWDED)
    return count


def quiet_now(connection: DuckDBPyConnection, now: datetime, unreadable: Sequence[str] = ()) -> None:
    """Temporary table `not_now`: messages for whose customers it is quiet hours, or will be before the sender asks again, and those of scenarios
    whose file is half written.

    They stay planned; the sender leaves them for later. What somebody is just editing says neither that it is paused nor that it is live.
    """
    moment, soon = f"timestamp '{now}'", f"timestamp '{now + timedelta(seconds=settings().sending.recheck_after)}'"
    connection.execute(
        f"""create or replace temp table not_now as select message_id from communications.outbox
            where expires_at > {moment} and (scenario in (select unnest(cast($unreadable as varchar[])))
                or (quiet_from is not null and ({is_quiet(moment, "time_zone", "quiet_from", "quiet_to")} or {is_quiet(soon, "time_zone", "quiet_from", "quiet_to")})))""",
        {"unreadable": list(unreadable)},
    )
