"""Decides messages against each other: the same message to one address, frequency caps, priority. One pass over all scenarios.

The order is that of due moments, then priority, then message_id; it is not that of ticks. A message is decided when all that come before
it for the same customer, and for the same address, are. A phantom is counted with what the customer would have got; a real message only
with real ones, so a holdout never takes anybody's slot.
"""

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.sql import TICK_AT, UNTIL, same_person, with_heir
from pipelines.campaigns.schema import Policy

# Nothing may still come before these: neither from a pass that waits for a decision nor from one that waits for a winner, whose message falls due
# at that very moment, nor from somebody who waits to enter.
BOUNDS = """
create or replace temp table bounds as
select final, min(moment) as moment from (
    select final, due_at as moment from undecided where listens_to_decisions
    union all select final, since - interval 1 microsecond from deciding
    union all select final, moment from candidates
) as open group by final
"""
# Nor from anybody else who has the same address: the same message may still come to them.
ADDRESS_BOUNDS = f"""
create or replace temp table address_bounds as
select address, min(moment) as moment
from ({with_heir("select distinct customer_id, address from channels_then where address in (select address from undecided)")}) as holders
inner join bounds using (final) group by address
"""
READY = """
create or replace temp table ready as
select * exclude (is_open, turn, address_turn) from (
    select undecided.*, due_at <= coalesce(least(bounds.moment, address_bounds.moment), due_at) as is_open,
        row_number() over (partition by final order by due_at, priority desc, is_phantom desc, message_id) as turn,
        row_number() over (partition by coalesce(same_message, message_id) order by due_at, priority desc, is_phantom desc, message_id) as address_turn
    from undecided left join bounds using (final) left join address_bounds using (address)
    where reason is null
) where is_open and turn = 1 and address_turn = 1
union all by name
select * from undecided where reason is not null
"""
COUNTED = f"""
create or replace temp table counted as
{
    with_heir('''select outbox.message_id, outbox.customer_id, outbox.channel, outbox.due_at, outbox.release_at, outbox.priority, outbox.is_phantom, least(cancelled_at, failed_at) as gone_at
    from communications.outbox as outbox
    left join (select message_id, min(cancelled_at) as cancelled_at from communications.cancellations group by all) using (message_id)
    left join failed using (message_id)
    where purpose <> 'transactional' and channel <> 'webhook' and release_at > (select min(due_at) from undecided) - to_seconds((select coalesce(max(seconds), 0) from caps))''')
}
"""
# A message that failed for good took no slot from then on.
FAILED = f"""
create or replace temp table failed as
select message_id, max(finished_at) as failed_at from communications.attempts where mode = 'live' and outcome = 'failed' and finished_at <= {UNTIL} group by message_id
"""
USED = """
create or replace temp table used as
select md5(concat_ws('|', outbox.scenario, occurrence, step, greatest(visit, 1), address_hash)) as same_message
from communications.outbox as outbox inner join communications.entries using (entry_id) where address_hash in (select address_hash from undecided)
"""
# Counts within a cap's window on both sides of the message: what was planned earlier may be released later.
HITS = f"""
create or replace temp table hits as
select ready.message_id, ready.release_at as own_release_at, caps.name, caps.seconds, caps.at_most, counted.release_at,
    counted.due_at = ready.due_at and counted.priority > ready.priority as is_outranking
from ready
inner join caps on len(caps.channels) = 0 or list_contains(caps.channels, ready.channel)
inner join counted on {same_person("ready", "counted", "ready.due_at")} and (len(caps.channels) = 0 or list_contains(caps.channels, counted.channel))
    and (ready.is_phantom or not counted.is_phantom) and coalesce(counted.gone_at > ready.due_at, true)
    and counted.release_at > ready.release_at - to_seconds(caps.seconds) and counted.release_at < ready.release_at + to_seconds(caps.seconds)
where ready.reason is null and ready.purpose <> 'transactional' and ready.kind = 'send'
"""
# A window begins at one of the messages; it is over the cap if it holds as many others as may be sent in all.
CAPPED = """
create or replace temp table capped as
with

crowded as (

    select * from hits where (message_id, name) in (select (message_id, name) from hits group by message_id, name, at_most having count(*) >= at_most)

),

beginnings as (

    select distinct message_id, name, release_at as begins_at from crowded where release_at <= own_release_at
    union
    select distinct message_id, name, own_release_at from crowded

),

windows as (

    select message_id, name, begins_at, bool_or(is_outranking) as is_outranked
    from beginnings inner join crowded using (message_id, name)
    where crowded.release_at >= begins_at and crowded.release_at < begins_at + to_seconds(seconds)
    group by message_id, name, begins_at, at_most having count(*) >= at_most

)

select message_id, min(name) as cap, bool_or(is_outranked) as is_outranked from windows group by message_id
"""
JUDGED = """
create or replace temp table judged as
select ready.* exclude (reason, detail),
    case when ready.reason is not null then ready.reason when used.same_message is not null then 'duplicate_address'
        when capped.is_outranked then 'outranked' when capped.cap is not null then 'capped' when release_at >= expires_at then 'expired' end as reason,
    case when ready.reason is not null or used.same_message is not null then null when capped.cap is not null then capped.cap when release_at > due_at then 'quiet_hours' end as detail
from ready
left join capped using (message_id)
left join (select distinct same_message from used) as used on ready.same_message = used.same_message
"""
DECIDED = f"""
insert into communications.decisions by name
select message_id, entry_id, scenario, version, step, visit, customer_id, channel, due_at, due_at as decided_at, coalesce(first_reason, reason) is null as is_eligible,
    coalesce(first_reason, reason, 'eligible') as reason, case when first_reason is not null and reason is not null then concat_ws(': ', reason, detail) else detail end as detail,
    {TICK_AT} as tick_at
from judged
"""
PLANNED = f"""
insert into communications.outbox by name
select judged.* exclude (final, joined_at, occurrence, holdout, is_control, kind, listens_to_decisions, is_paused, obstacle, entered_as, same_message, recalled_at, first_reason, reason, detail),
    {{locale}} as locale, {TICK_AT} as tick_at
from judged {{customers}}
where reason is null and coalesce(first_reason, '') <> 'cancelled'
"""
LATER = """
insert into counted by name
select message_id, customer_id, final, joined_at, channel, due_at, release_at, priority, is_phantom, least(recalled_at, failed_at) as gone_at
from judged left join failed using (message_id) where reason is null and coalesce(first_reason, '') <> 'cancelled' and purpose <> 'transactional' and kind = 'send'
"""
RECALLED = f"""
insert into communications.cancellations by name
select message_id, recalled_at as cancelled_at, 'exited' as reason, {TICK_AT} as tick_at from judged
where recalled_at is not null and reason is null and coalesce(first_reason, '') <> 'cancelled'
"""
# A guard listens for a message that was held back; a phantom that would have gone out was not.
HELD_BACK = """
insert into happened by name
select pattern, null as customer_id, due_at as known_at, due_at as moment, null as event_id, message_id, null as final, null as joined_at
from judged cross join patterns where patterns.kind = 'delivery' and patterns.name = 'held_back' and reason is not null
"""


def begin(connection: DuckDBPyConnection, policy: Policy) -> None:
    """Temporary table `caps`, and what was held back before for those who still listen."""
    connection.execute(FAILED)
    load_caps(connection, policy)
    connection.execute("""
        insert into happened by name
        select pattern, null as customer_id, due_at as known_at, due_at as moment, null as event_id, message_id, null as final, null as joined_at
        from communications.decisions semi join asked using (message_id) cross join patterns
        where patterns.kind = 'delivery' and patterns.name = 'held_back' and not is_eligible and message_id not in (select message_id from communications.outbox)""")


def load_caps(connection: DuckDBPyConnection, policy: Policy) -> None:
    """Temporary table `caps`: the policy's."""
    connection.execute("create or replace temp table caps (name varchar, channels varchar[], seconds bigint, at_most int)")
    for cap in policy.caps:
        connection.execute("insert into caps values (?, ?, ?, ?)", [cap.name, list(cap.channels), int(cap.within.total_seconds()), cap.at_most])


def arbitrate(connection: DuckDBPyConnection, policy: Policy) -> int:
    """Decides what can be decided. Returns how many messages that were."""
    if not connection.execute("select count(*) from undecided").fetchone()[0]:
        return 0
    decided = 0
    connection.execute(BOUNDS)
    connection.execute(ADDRESS_BOUNDS)
    connection.execute(COUNTED)
    connection.execute(USED)
    has_language = "language" in {name for (name,) in connection.execute("select column_name from (describe customers_then)").fetchall()}
    values = {"locales": policy.locales} if has_language else {"locale": policy.locales[0]}
    customers = (
        "left join customers_then as customers on judged.customer_id = customers.customer_id and customers.valid_from <= due_at and customers.valid_to > due_at"
        if has_language
        else ""
    )
    locale = "case when list_contains($locales, customers.language) then customers.language else $locales[1] end" if has_language else "$locale"
    while True:
        connection.execute(READY)
        (count,) = connection.execute("select count(*) from ready").fetchone()
        if not count:
            return decided
        for query in (HITS, CAPPED, JUDGED, DECIDED):
            connection.execute(query)
        connection.execute(PLANNED.format(locale=locale, customers=customers), values)
        for query in (
            LATER,
            RECALLED,
            HELD_BACK,
            "insert into used select same_message from judged where reason is null and address_hash is not null",
            "delete from undecided where message_id in (select message_id from judged)",
        ):
            connection.execute(query)
        decided += count
