"""What send steps ask for, and the checks that each message passes by itself: holdout (also of whoever else has the address), consent, suppression, address, quiet hours, expiry.

Everything is looked up as it stood when the message was due. What depends on other messages is decided in `arbitration`.
"""

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.definitions import RECALL
from pipelines.campaigns.engine.sql import TICK_AT, UNTIL, banned, in_global_holdout, in_local_holdout, is_quiet, next_at, person, same_person, with_elder
from pipelines.campaigns.schema import Policy

MESSAGE_ID = "md5(concat_ws('|', scenario, entry_id, {step}, {visit}))"
COLUMNS = """message_id varchar, entry_id varchar, scenario varchar, version int, step varchar, visit int, customer_id varchar, final varchar, joined_at timestamp,
    occurrence varchar, due_at timestamp, arm varchar, holdout varchar, is_control boolean, kind varchar"""
# Of the passes that just moved: the messages of send steps and webhooks, and the one beside which an arm without a message stands.
ASKED = f"""
insert into requests by name
select {MESSAGE_ID.format(step="step", visit="visit")} as message_id, entry_id, scenario, version, step, visit, customer_id, final, joined_at, occurrence,
    left_at as due_at, arm, holdout, false as is_control, kind
from moves where (kind = 'send' and outcome = 'asked') or (kind = 'webhook' and outcome = 'done')
union all by name
select {MESSAGE_ID.format(step="phantom_step", visit="0")} as message_id, entry_id, scenario, version, phantom_step as step, 0 as visit, customer_id, final, joined_at,
    occurrence, left_at as due_at, chosen as arm, holdout, true as is_control, 'send' as kind
from moves where outcome = 'split' and phantom_step is not null
"""
REMEMBERED = "insert into asked select message_id, entry_id, step from requests where message_id not in (select message_id from asked)"
# The other acts. Whoever is in a holdout gets nothing of them either.
TRAITS = f"""
insert into communications.trait_changes by name
select entry_id, step, visit, {person("moves", "left_at")} as customer_id, spec ->> '$.trait' as trait, spec ->> '$.value' as value, left_at as set_at, {TICK_AT} as tick_at
from moves where kind = 'set' and outcome = 'done' and holdout is null
"""
AUDIENCES = f"""
insert into communications.audience_changes by name
select entry_id, step, visit, {person("moves", "left_at")} as customer_id, spec ->> ('$.' || action) as audience, action, left_at as changed_at, {TICK_AT} as tick_at
from moves cross join (values ('add'), ('remove')) as actions (action)
where kind = 'audience' and outcome = 'done' and holdout is null and spec ->> ('$.' || action) is not null
"""
# The event that the entering pass began with is handed on, so that texts of the entered scenario may speak of it.
ENTERED = """
insert into candidates by name
select versions.scenario, versions.version, moves.customer_id, moves.left_at as known_at, concat_ws('|', moves.entry_id, moves.step, moves.visit) as occurrence,
    moves.left_at as moment, entries.event_id, moves.final, moves.joined_at
from moves inner join versions on moves.spec = versions.scenario and versions.is_current
inner join communications.entries as entries on moves.entry_id = entries.entry_id
where moves.kind = 'enter' and moves.outcome = 'done'
"""
EFFECTS = {
    "send": (ASKED, REMEMBERED),
    "webhook": (ASKED, REMEMBERED),
    "split": (ASKED, REMEMBERED),
    "set": (TRAITS,),
    "audience": (AUDIENCES,),
    "enter": (ENTERED,),
}

SENDS = """
create or replace temp table sends as
select scenario, version, step, from_json(spec -> '$.channel', '["varchar"]') as channels, spec ->> '$.template' as template, seconds as expires_seconds
from steps where kind = 'send'
"""
# Which of the channels may reach the customer, in the order written; if none may, the first says why. Whoever is held out would see what goes to
# an address of theirs, for whomever it is meant. Who that is hangs on ids and addresses alone, not on who has entered: so no tick decides otherwise.
CHOSEN = f"""
create or replace temp table chosen as
with

wanted as (

    select requests.message_id, scenario, global_holdout, local_share, {person("requests", "due_at")} as customer_id, due_at, purpose <> 'transactional' as is_advertising, unnest(channels) as channel, generate_subscripts(channels, 1) as place
    from requests inner join sends using (scenario, version, step) inner join versions using (scenario, version) where kind = 'send'

),

looked_up as (

    select wanted.* exclude (is_advertising), channels.identifier_type, channels.address,
        case
            when is_advertising and not coalesce(has_consent, false) then 'no_basis'
            when is_advertising and coalesce(is_processing_forbidden, true) then 'no_processing_basis'
            when suppressed_at <= due_at then 'suppressed'
            when channels.address is null then 'no_address'
        end as obstacle
    from wanted
    left join channels_then as channels
        on wanted.customer_id = channels.customer_id and wanted.channel = channels.channel and channels.valid_from <= due_at and channels.valid_to > due_at
    left join suppressed
        on channels.channel = suppressed.channel and channels.identifier_type = suppressed.identifier_type and channels.address = suppressed.address

),

others as (

    select distinct message_id, place, scenario, global_holdout, local_share, due_at, case when redirects.joined_at <= due_at then redirects.final else channels.customer_id end as other
    from looked_up
    inner join channels_then as channels
        on looked_up.channel = channels.channel and looked_up.address = channels.address and channels.valid_from <= due_at and channels.valid_to > due_at
    left join redirects on channels.customer_id = redirects.customer_id
    where obstacle is null and (local_share > 0 or (global_holdout and $holdout_share > 0)) and other <> looked_up.customer_id

),

held_out as (

    select distinct message_id, place from ({with_elder("select *, other as customer_id from others", "due_at")})
    where {in_global_holdout("elder")} or {in_local_holdout("elder")}

),

ways as (

    select looked_up.* replace (case when held_out.place is not null then 'held_out_address' else obstacle end as obstacle)
    from looked_up left join held_out using (message_id, place)

)

select message_id, arg_min(struct_pack(channel := channel, identifier_type := identifier_type, address := address, obstacle := obstacle), (obstacle is not null, place)) as way
from ways group by message_id
"""
# An exit or the goal between due and release calls a message back; it is known here already, so that the slot it took is free from then on.
RECALLS = f"""
select {{messages}}.message_id, min(happened.moment) as recalled_at
from {{messages}} inner join guards on {{messages}}.scenario = guards.scenario and {{messages}}.version = guards.version and guards.go = '{RECALL}'
inner join happened on guards.pattern = happened.pattern and {same_person("{messages}", "happened", "happened.known_at")}
    and happened.moment > {{messages}}.due_at and happened.moment < {{messages}}.release_at and happened.moment <= {UNTIL}
group by {{messages}}.message_id
"""
PREPARED = f"""
create or replace temp table prepared as
with

timed as (

    select requests.*, versions.purpose, versions.priority, versions.listens_to_decisions, not versions.is_live as is_paused, {person("requests", "due_at")} as who,
        way.channel as channel, way.identifier_type as identifier_type, way.address as address,
        case when kind = 'send' then way.obstacle when versions.purpose <> 'transactional' and is_banned then 'no_processing_basis' end as obstacle,
        coalesce(zones.time_zone, $zone) as time_zone,
        -- What tells another system wakes nobody.
        case kind when 'send' then cast(quiet_from as time) end as quiet_from, case kind when 'send' then cast(quiet_to as time) end as quiet_to,
        due_at + to_seconds(coalesce(sends.expires_seconds, $expires)) as expires_at, coalesce(template, '') as template
    from requests
    inner join versions using (scenario, version)
    left join chosen using (message_id)
    left join ({banned("select * from requests where kind = 'webhook'", person("rows", "due_at"), "due_at")}) as banned using (message_id)
    left join sends using (scenario, version, step)
    left join zones on {person("requests", "due_at")} = zones.customer_id

)

select * exclude (who, endpoint) replace (who as customer_id, case kind when 'webhook' then 'webhook' else channel end as channel, case kind when 'webhook' then endpoint else template end as template),
    customer_id as entered_as, case when quiet_from is not null and {is_quiet("due_at", "time_zone", "quiet_from", "quiet_to")}
        then {next_at("due_at", "time_zone", "quiet_to")} else due_at end as release_at,
    holdout is not null or is_control as is_phantom, sha256(address) as address_hash,
    case when address is not null then md5(concat_ws('|', scenario, occurrence, step, greatest(visit, 1), sha256(address))) end as same_message
from timed left join (select scenario, version, step, spec ->> '$.endpoint' as endpoint from steps where kind = 'webhook') using (scenario, version, step)
"""
# Made anew rather than inserted into: DuckDB 2.0 loses what is inserted into this table from 122,880 rows on.
UNDECIDED = f"""
create or replace temp table undecided as
select * from undecided
union all by name
select prepared.*, recalls.recalled_at,
    case when is_paused then 'cancelled' when is_control then 'local_holdout' when holdout is not null then holdout || '_holdout' end as first_reason,
    obstacle as reason, null as detail
from prepared left join ({RECALLS.format(messages="prepared")}) as recalls using (message_id)
"""


def begin(connection: DuckDBPyConnection, policy: Policy) -> None:
    """Temporary tables `requests`, `asked` (what the passes under way have asked for, to know whose answers come), `sends` and `undecided`."""
    connection.execute(f"create or replace temp table requests ({COLUMNS})")
    connection.execute(
        "create or replace temp table asked as select message_id, entry_id, step from communications.decisions semi join active using (entry_id)"
    )
    connection.execute(SENDS)
    _look_up(connection, policy)
    connection.execute(
        "create or replace temp table undecided as select *, null::timestamp as recalled_at, '' as first_reason, '' as reason, '' as detail from prepared"
    )


def prepare(connection: DuckDBPyConnection, policy: Policy) -> int:
    """Looks everything up that a new request needs, and puts it among the undecided."""
    (count,) = connection.execute("select count(*) from requests").fetchone()
    if count:
        _look_up(connection, policy)
        connection.execute(UNDECIDED)
        connection.execute("delete from requests")
    return count


def _look_up(connection: DuckDBPyConnection, policy: Policy) -> None:
    connection.execute(CHOSEN, {"holdout_salt": policy.holdout_salt, "holdout_share": policy.holdout_share})
    connection.execute(PREPARED, {"zone": policy.time_zone, "expires": int(policy.expires_after.total_seconds())})
