"""How passes move: all that stand at a step of one kind in one query, again and again until each waits for something that has not happened.

A wait is left at the first moment at which a guard or an exit came true, or at its deadline, whichever is earlier; an exit goes before a
guard, a guard before one written later, and before the deadline. Moments are those of the events, never of the tick.
"""

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.definitions import EXIT_PLACE, RECALL
from pipelines.campaigns.engine.merges import MERGED, OPEN_MESSAGES
from pipelines.campaigns.engine.sql import NEVER, SINCE, TICK_AT, UNTIL, bucket, next_at, person, same_person, with_heir
from pipelines.campaigns.engine.winners import ARRIVED
from pipelines.campaigns.schema import Policy

PASS = "entry_id, scenario, version, customer_id, final, joined_at, entered_at, occurrence, holdout, step, visit, position, since, arm"
# Where each pass stands that has not ended.
STANDING = f"""
create or replace temp table active as
with

open as (

    select * from communications.entries where entry_id not in (select entry_id from communications.transitions where next_step = 'end')

),

steps_left as (

    select entry_id, position, step, visit, left_at, next_step, arm from communications.transitions semi join open using (entry_id)

),

last as (

    select entry_id, max(position) as position, max_by(next_step, position) as step, max_by(left_at, position) as since,
        max_by(arm, position) filter (where arm is not null) as arm
    from steps_left group by entry_id

),

visits as (

    select entry_id, step, max(visit) as visit from steps_left group by entry_id, step

)

select entries.entry_id, entries.scenario, entries.version, entries.customer_id, entries.final, entries.joined_at, entries.entered_at, entries.occurrence,
    entries.holdout, coalesce(last.step, steps.step) as step, coalesce(visits.visit, 0) + 1 as visit, coalesce(last.position, 0) as position,
    coalesce(last.since, entries.entered_at) as since, last.arm
from ({with_heir("select * from open")}) as entries
inner join steps on entries.scenario = steps.scenario and entries.version = steps.version and steps.is_first
left join last on entries.entry_id = last.entry_id
left join visits on entries.entry_id = visits.entry_id and visits.step = last.step
"""
# Steps that take no time, and passes that have come here too often.
AT_ONCE = f"""
select active.*, since as left_at, null as event_id, arms.arm as chosen, arms.phantom_step, steps.kind, steps.spec,
    case when active.visit > max_visits then 'exhausted' when kind in ('split', 'winner') then kind when kind = 'send' then 'asked' else 'done' end as outcome,
    case when active.visit > max_visits then 'end' when kind = 'split' then arms.go when kind = 'winner' then won.go else steps.next end as next_step
from active
inner join steps using (scenario, version, step)
left join arms
    on steps.kind = 'split' and active.scenario = arms.scenario and active.version = arms.version and active.step = arms.step
    and {bucket("arms.salt", "active.customer_id")} * arms.total >= arms.low * 10000 and {bucket("arms.salt", "active.customer_id")} * arms.total < arms.high * 10000
left join won on active.entry_id = won.entry_id and active.step = won.step and active.visit = won.visit
where steps.kind <> 'wait' or active.visit > max_visits
"""
# Whoever listens for a decision that is still to be made is looked at again when it is.
PARKED = f"""
select entry_id from active inner join steps using (scenario, version, step) where kind = 'wait' and entry_id in (select entry_id from ({OPEN_MESSAGES}))
"""
WOKEN = """
select entry_id from resting inner join versions using (scenario, version) where listens_to_decisions or final in (from now_merged)
"""
WAITING = f"""
create or replace temp table waiting as
select active.*, steps.is_zero, steps.next,
    case when steps.until_time is null then since + to_seconds(seconds)
        else {next_at("(since + to_seconds(seconds))", "coalesce(zones.time_zone, $zone)", "cast(steps.until_time as time)")} end as deadline,
    coalesce(unsure.moment, {NEVER}) as sure_until
from active
inner join steps using (scenario, version, step)
left join zones on {person("active", "since")} = zones.customer_id
left join (select entry_id, min(moment) as moment from merged_passes where is_unsure group by entry_id) as unsure using (entry_id)
where steps.kind = 'wait' and visit <= max_visits and entry_id not in (from held)
"""
# A condition asked once looks at what has happened in this pass so far; answers to a message count from the message on.
FIRED = f"""
with

listening as (

    select waiting.*, guards.pattern, guards.place, guards.go, guards.of_steps, guards.is_state, least(deadline, {UNTIL}) as latest,
        len(guards.of_steps) > 0 or patterns.kind = 'delivery' as is_answer, patterns.kind, patterns.name
    from waiting
    inner join guards
        on waiting.scenario = guards.scenario and waiting.version = guards.version and guards.go <> '{RECALL}' and (guards.step is null or guards.step = waiting.step)
    inner join patterns using (pattern)

),

events as (

    select entry_id, place, go, event_id, case when is_zero then since else happened.moment end as moment
    from listening inner join happened
        on listening.pattern = happened.pattern and {same_person("listening", "happened", "happened.known_at")}
        and happened.moment > case when is_zero then entered_at else since end and happened.moment <= latest
    where not is_answer and not (is_zero and kind like 'segment%')

),

answered as materialized ( -- by message first: everybody who listens for clicks times all clicks is far too many

    select asked.entry_id, asked.step, happened.pattern, happened.moment, happened.event_id
    from asked semi join waiting using (entry_id) inner join happened using (message_id)

),

answers as (

    select entry_id, place, go, answered.event_id, greatest(answered.moment, since) as moment
    from listening inner join answered using (entry_id, pattern)
    where is_answer and answered.moment <= latest and (len(of_steps) = 0 or list_contains(of_steps, answered.step))

),

states as (

    select entry_id, place, go, null as event_id, greatest(holds.valid_from, since, case when since < {SINCE} then {SINCE} else since end) as moment
    from listening inner join holds
        on listening.pattern = holds.pattern and listening.final = holds.final and {person("listening", "holds.valid_from")} = holds.customer_id
        and holds.valid_from <= latest and holds.valid_to > since
    where is_state

),

memberships as (

    select entry_id, place, go, null as event_id, since as moment
    from listening inner join input_segment_history as history
        on listening.name = history.segment and {person("listening", "since")} = history.customer_id and history.occurred_at <= since
    where is_zero and kind like 'segment%'
    group by entry_id, place, go, kind, since
    having max_by(history.change, history.occurred_at) = substr(kind, 9)

),

ended as (

    select entry_id, {EXIT_PLACE} - 1 as place, 'end' as go, null as event_id, moment from merged_passes
    inner join waiting using (entry_id) where moment > since and moment <= least(deadline, {UNTIL}) and is_ended

),

fired as (

    select * from events union all by name select * from answers union all by name select * from states
    union all by name select * from memberships union all by name select * from ended

),

first as (

    select entry_id, arg_min(struct_pack(place := place, go := go, event_id := event_id, moment := moment), (moment, place, event_id)) as won
    from fired group by entry_id

)

select waiting.* exclude (is_zero, next, deadline, sure_until), coalesce(won.moment, deadline) as left_at, won.event_id as event_id, null as chosen, null as phantom_step, 'wait' as kind, null as spec,
    case when won is null then 'deadline' when won.place < {EXIT_PLACE} then 'merged' when won.place = {EXIT_PLACE} then 'exit' else 'guard_' || (won.place + 1) end as outcome,
    coalesce(won.go, next) as next_step
from waiting left join first using (entry_id)
where (won is not null or deadline <= {UNTIL}) and coalesce(won.moment, deadline) < sure_until
"""
WRITTEN = f"""
insert into communications.transitions by name
select entry_id, position + 1 as position, step, visit, since as entered_at, left_at, outcome, next_step, event_id, chosen as arm, {TICK_AT} as tick_at from moves
"""
# Whoever moved stands at the next step; whoever is held by an earlier pass is looked at again.
MOVED = f"""
create or replace temp table active as
select {PASS} from (
    select moves.* replace (moves.next_step as step, moves.position + 1 as position, moves.left_at as since, coalesce(chosen, moves.arm) as arm,
        {{visit}} as visit)
    from moves {{visits}} where next_step <> 'end'
) union all select {PASS} from active where entry_id in (from held) and entry_id not in (select entry_id from moves)
"""
VISITS = """left join (select entry_id, step, max(visit) as visit from communications.transitions semi join moves using (entry_id) group by all) as visits
    on moves.entry_id = visits.entry_id and moves.next_step = visits.step"""
RESTED = "insert into resting by name select * exclude (is_zero, next, deadline, sure_until) from waiting where entry_id not in (select entry_id from moves)"
# Kinds of steps, and which of the queries beside have anything to do with those who stand there.
STOOD_AT = """
select distinct case when visit > max_visits then 'exhausted' else kind end, kind = 'wait' and listens_to_decisions, has_loops, final in (from now_merged)
from active inner join steps using (scenario, version, step) inner join versions using (scenario, version)
"""


def stand(connection: DuckDBPyConnection) -> None:
    """Temporary tables `active`, the passes to look at, and `resting`, those that wait for something that has not happened."""
    connection.execute(STANDING)
    connection.execute(f"create or replace temp table now_merged as select distinct final from redirects where joined_at > {SINCE} and joined_at <= {UNTIL}")
    connection.execute("create or replace temp table resting as select * from active where false")
    connection.execute("create or replace temp table merged_passes (entry_id varchar, other varchar, moment timestamp, is_unsure boolean, is_ended boolean)")
    connection.execute("create or replace temp table held (entry_id varchar)")


def follow(connection: DuckDBPyConnection, policy: Policy, effects: dict[str, tuple[str, ...]]) -> int:
    """Moves every active pass as far as it comes; `effects` are run on `moves` with steps of that kind in them. Returns how many rounds it took."""
    rounds = 0
    while standing := connection.execute(STOOD_AT).fetchall():
        kinds = {kind for kind, *_ in standing}
        listens, loops, is_merged = (any(flags) for flags in list(zip(*standing, strict=True))[1:])
        if listens and _move(connection, "active", "resting", PARKED):
            continue
        if "winner" in kinds and _move(connection, "active", "deciding", ARRIVED):
            continue
        if is_merged:
            connection.execute(MERGED)
        parts = [AT_ONCE] if kinds - {"wait"} else []
        if "wait" in kinds:
            connection.execute(WAITING, {"zone": policy.time_zone})
            parts.append(FIRED)
        connection.execute("create or replace temp table moves as " + " union all by name ".join(f"select * from ({part})" for part in parts))
        if "wait" in kinds:
            connection.execute(RESTED)
        connection.execute(WRITTEN)
        for effect in dict.fromkeys(effect for kind in sorted(kinds) for effect in effects.get(kind, ())):
            connection.execute(effect)
        connection.execute(MOVED.format(visit="coalesce(visits.visit, 0) + 1" if loops else "1", visits=VISITS if loops else ""))
        rounds += 1
    return rounds


def wake(connection: DuckDBPyConnection) -> None:
    """Passes that listen for decisions, or whose end at a merge hangs on one or on a winner, are looked at again after some were made."""
    _move(connection, "resting", "active", WOKEN)


def wake_merged(connection: DuckDBPyConnection) -> None:
    """Passes of customers who merge are looked at again after one was let in: it may be the first of two."""
    _move(connection, "resting", "active", "select entry_id from resting where final in (from now_merged)")


def _move(connection: DuckDBPyConnection, source: str, target: str, which: str) -> int:
    """Returns how many passes are looked at elsewhere from now on."""
    (count,) = connection.execute(f"create or replace temp table moving as {which}").fetchone()
    if count:
        connection.execute(f"insert into {target} by name select {PASS} from {source} where entry_id in (from moving)")
        connection.execute(f"delete from {source} where entry_id in (from moving)")
    return count
