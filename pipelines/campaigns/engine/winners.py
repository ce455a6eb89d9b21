"""Which arm of a split did best so far, for those who waited while others tried the arms: one choice for all who come at the same moment.

An arm is judged by the share of its messages that were answered, never by how many were. Only what was before that moment counts: a message
from when it was handed over, an answer from when it was given or, where a watermark had passed that before it came, from when it came. So
passes stand at the step until nothing earlier can happen any more in this tick; when ticks are makes no difference.
"""

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.definitions import CompileWhere
from pipelines.campaigns.engine.sql import NEVER, TICK_AT, UNTIL, same_person, with_heir

# Those who have come to such a step, and whose winner is not chosen yet.
ARRIVED = """
select entry_id from active inner join steps using (scenario, version, step) anti join won using (entry_id, step, visit)
where kind = 'winner' and visit <= max_visits
"""
# From when on an arm may still be tried by somebody who waits for a choice: to enter, for a decision, to know whether two passes are one; or whom it lets in
# elsewhere. Whoever waits to enter the same scenario again falls into the same arm again, and tries none.
BLOCKED = f"""
select min(moment) from (
    select moment from candidates inner join versions using (scenario, version) anti join deciding using (scenario, version, customer_id) where may_try
    union all select due_at from undecided inner join versions using (scenario, version) where may_try and undecided.listens_to_decisions
    union all select since from deciding inner join versions using (scenario, version) where may_enter_try
    union all select redirects.joined_at from redirects inner join (from deciding semi join resting using (scenario, final)) as merged using (final)
        where redirects.joined_at >= since and redirects.joined_at <= {UNTIL}
) as open
"""
CHOOSING = f"""
create or replace temp table choosing as
select deciding.*, if(is_scheduled, occurrence, '') as slot from deciding inner join versions using (scenario, version)
where since <= greatest((select min(since) from deciding), coalesce(({BLOCKED}), {NEVER}))
"""
# What the arms compared have sent: of a schedule those who entered at the same moment, else all of the version.
TRIED = f"""
create or replace temp table tried as
with

messages as (

    select message_id, entry_id, scenario, version, step, arm from communications.outbox semi join choosing using (scenario, version)
    union all
    select message_id, entry_id, scenario, version, step, arm from undecided semi join choosing using (scenario, version)

),

sent as (

    select message_id, min(coalesce(finished_at, started_at)) as sent_at from communications.attempts
    where mode = 'live' and outcome = 'accepted' group by message_id

),

passes as (

    {with_heir("select entry_id, customer_id, entered_at, occurrence from communications.entries semi join choosing using (scenario, version)")}

)

select compared.scenario, compared.version, compared.step, compared.arm, compared.measure, events, within_seconds, message_id, sent_at,
    if(is_scheduled, passes.occurrence, '') as slot, passes.customer_id, passes.final, passes.joined_at, passes.entered_at
from messages
inner join compared on messages.scenario = compared.scenario and messages.version = compared.version and messages.step = compared.sends and messages.arm = compared.arm
inner join versions on messages.scenario = versions.scenario and messages.version = versions.version
inner join sent using (message_id)
inner join passes using (entry_id)
"""
# What people did that may count; looked up by the first choice of a tick.
REACTIONS = f"""
create temp table if not exists reactions as
{
    with_heir(f'''select events.*, greatest(occurred_at, coalesce(late.came_at - ({TICK_AT} - {UNTIL}), occurred_at)) as counts_from
    from input_events as events
    left join (select event_id, min(loaded_at) as came_at from communications.late_events group by event_id) as late using (event_id)
    where event_name in (select unnest(events) from compared) and not coalesce(is_machine, false) and loaded_at <= {TICK_AT}''')
}
"""
ANSWERED = """
create or replace temp table answered as
select tried.step, tried.message_id, min(counts_from) as answered_at
from tried inner join reactions using (message_id)
where measure <> 'converted' and list_contains(tried.events, event_name) group by all
"""
CONVERTED = f"""
insert into answered by name
select tried.step, tried.message_id, min(counts_from) as answered_at
from tried inner join reactions as event
    on {same_person("tried", "event", "event.loaded_at")} and event.event_name = tried.events[1]
    and occurred_at > sent_at and occurred_at <= entered_at + to_seconds(within_seconds)
where tried.scenario = $scenario and tried.version = $version and tried.step = $step and {{where}} group by all
"""
# An arm that has sent nothing cannot win; of equal shares, and where nobody has sent anything, the first written.
SCORES = """
create or replace temp table scores as
with

moments as (

    select distinct scenario, version, step, slot, since from choosing

),

told as (

    select scenario, version, step, slot, arm, sent_at as moment, 1 as sent, 0 as answered from tried
    union all
    select scenario, version, step, slot, arm, greatest(sent_at, answered_at) as moment, 0 as sent, 1 as answered from tried inner join answered using (step, message_id)

),

so_far as (

    select scenario, version, step, slot, arm, moment, sum(sum(sent)) over earlier as sent_count, sum(sum(answered)) over earlier as answered_count
    from told group by scenario, version, step, slot, arm, moment
    window earlier as (partition by scenario, version, step, slot, arm order by moment)

),

scored as (

    select arms.*, coalesce(so_far.sent_count, 0) as sent_count, coalesce(so_far.answered_count, 0) as answered_count
    from (select scenario, version, step, slot, since, arm, place, go, measure from moments inner join compared using (scenario, version, step)) as arms
    asof left join so_far
        on arms.scenario = so_far.scenario and arms.version = so_far.version and arms.step = so_far.step and arms.slot = so_far.slot and arms.arm = so_far.arm
        and arms.since > so_far.moment

)

select *, 1 = row_number() over (partition by scenario, version, step, slot, since order by answered_count / nullif(sent_count, 0) desc nulls last, place) as is_winner
from scored
"""
WRITTEN = f"""
insert into communications.winners by name
select * exclude (since, place, go), since as decided_at, {TICK_AT} as tick_at
from scores anti join communications.winners as known
    on scores.scenario = known.scenario and scores.version = known.version and scores.step = known.step and scores.slot = known.slot and since = known.decided_at
"""
WON = """
insert into won by name
select entry_id, step, visit, coalesce(go, 'end') as go from choosing left join (from scores where is_winner) as best using (scenario, version, step, slot, since)
"""


def begin(connection: DuckDBPyConnection) -> None:
    """Temporary tables `deciding`, the passes that stand at such a step, and `won`, where those go on whose winner is chosen."""
    connection.execute("create or replace temp table deciding as select * from active where false")
    connection.execute("create or replace temp table won (entry_id varchar, step varchar, visit bigint, go varchar)")
    connection.execute("drop table if exists temp.reactions")


def choose(connection: DuckDBPyConnection, compile_where: CompileWhere) -> int:
    """Chooses for those for whom nothing earlier can still happen; they may go on then. Returns how many they are."""
    if not connection.execute("select count(*) from deciding").fetchone()[0]:
        return 0
    (count,) = connection.execute(CHOOSING).fetchone()
    for query in (TRIED, REACTIONS, ANSWERED):
        connection.execute(query)
    goals = "select distinct scenario, version, step, condition from compared semi join choosing using (scenario, version, step) where measure = 'converted'"
    for scenario, version, step, condition in connection.execute(goals).fetchall():
        where = compile_where(condition, "event", "event") if condition else "true"
        connection.execute(CONVERTED.format(where=where), {"scenario": scenario, "version": version, "step": step})
    for query in (SCORES, WRITTEN, WON):
        connection.execute(query)
    connection.execute("insert into active by name select * exclude (slot) from choosing")
    connection.execute("delete from deciding where entry_id in (select entry_id from choosing)")
    return count
