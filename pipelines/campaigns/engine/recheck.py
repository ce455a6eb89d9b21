"""What is planned, looked at once more at the moment of handing over: consent taken back, address suppressed, pass left, customer merged or erased.

A tick decides by what held when a message was due. Between that and the sending lie hours, so the sender asks again when it claims, and
nothing that it asks about here is ever sent. Inputs are those of the tick (`inputs.show`); `now` is a real clock, the sender's.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine import definitions, given, inputs
from pipelines.campaigns.engine.definitions import RECALL, CompileWhere, compiled
from pipelines.campaigns.engine.sql import TICK_AT, UNTIL, is_quiet, same_person, with_heir
from pipelines.campaigns.schema import Policy, Scenario

# Whatever has been handed over, or may have been, is not called back any more; trial runs hand nothing over.
GONE = "select message_id from communications.attempts where mode = 'live' and outcome <> 'deferred'"
WAITING = f"""
create or replace temp table waiting_messages as
{
    with_heir(f'''select outbox.*, entries.occurrence from communications.outbox as outbox inner join communications.entries using (entry_id)
    where not is_phantom and message_id not in (select message_id from communications.cancellations) and message_id not in ({GONE})
        and outbox.scenario not in (select unnest(cast($unreadable as varchar[])))''')
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
            when heirs.purpose <> 'transactional' and (not coalesce(channels.has_consent, false) or channels.address is distinct from heirs.address) then 'no_basis'
            when heirs.purpose <> 'transactional' and coalesce(channels.is_processing_forbidden, true) then 'no_processing_basis'
            when suppressed.suppressed_at is not null then 'suppressed'
            when channels.customer_id is null or channels.address is null then 'no_address'
        end as reason
    from heirs
    left join channels_then as channels
        on heirs.customer_id = channels.customer_id and heirs.channel = channels.channel and channels.valid_from <= {TICK_AT} and channels.valid_to > {TICK_AT}
    left join suppressed on heirs.channel = suppressed.channel and heirs.identifier_type = suppressed.identifier_type and heirs.address = suppressed.address
    where heirs.channel <> 'webhook'

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

-- Of the same message to what has become one customer, or to one address, the first goes.
twice as (

    select message_id, 'duplicate_address' as reason from (
        select message_id, row_number() over (partition by scenario, occurrence, step, visit, final order by due_at, message_id) as place from waiting_messages
    ) where place > 1

),

reasons as (

    select message_id, reason from checked where reason is not null
    union all select * from left_early
    union all select * from twice

)

select message_id, min(reason) as reason from reasons group by message_id
"""


def withdrawn(
    connection: DuckDBPyConnection,
    now: datetime,
    given_files: tuple[Iterable[Scenario], Policy] | None = None,
    *,
    compile_where: CompileWhere = compiled,
) -> int:
    """Writes a cancellation for each planned message that may no longer go, and makes `quiet_now`. Returns how many were called back.

    `given_files`: scenarios and policy with the inputs made already; unset, they are read from their files, and the inputs are the marts.
    """
    unreadable: list[str] = []
    if given_files is None:
        from pipelines.campaigns.reading import read

        found = read()
        given_files, unreadable = (found.scenarios, found.policy), list(found.refused)
        inputs.show(connection, now, found.policy)
    scenarios, policy = list(given_files[0]), given_files[1]
    quiet_now(connection, now, unreadable)
    since = connection.execute(
        f"select min(due_at) from communications.outbox where not is_phantom and message_id not in ({GONE}) and expires_at > $now", {"now": now}
    ).fetchone()[0]
    if since is None:
        return 0
    for name, value in {"since": since, "until": now, "tick_at": now}.items():
        connection.execute(f"set variable {name} = timestamp '{value}'")
    current = definitions.load(connection, scenarios, policy)
    given.freeze(connection, current, policy, None, compile_where)
    connection.execute(WAITING, {"unreadable": unreadable})
    return connection.execute(
        f"insert into communications.cancellations by name select message_id, {UNTIL} as cancelled_at, reason, {TICK_AT} as tick_at from ({WITHDRAWN})"
    ).fetchone()[0]


def quiet_now(connection: DuckDBPyConnection, now: datetime, unreadable: Sequence[str] = ()) -> None:
    """Temporary table `quiet_now`: messages for whose customers it is quiet hours at this moment, and those of scenarios whose file is half written.

    They stay planned; the sender leaves them for later. What somebody is just editing says neither that it is paused nor that it is live.
    """
    moment = f"timestamp '{now}'"
    connection.execute(
        f"""create or replace temp table quiet_now as select message_id from communications.outbox
            where expires_at > {moment} and (scenario in (select unnest(cast($unreadable as varchar[])))
                or (quiet_from is not null and {is_quiet(moment, "time_zone", "quiet_from", "quiet_to")}))""",
        {"unreadable": list(unreadable)},
    )
