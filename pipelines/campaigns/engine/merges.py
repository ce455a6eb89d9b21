"""Two passes of one scenario that turn out to be one customer's: the earlier goes on, the later ends at the merge if it could not have begun.

Whether the earlier one was still under way may be asked; a pass is held until the passes it depends on have been followed. One whose end may
hang on a message that is not decided yet, or on a winner, leaves the later pass unsure from the merge on. So does whoever may still come into the
scenario before the merge: a candidate, or a pass from which another scenario may be entered.
"""

from pipelines.campaigns.engine.sql import NEVER, of_these

# Messages that are still to be decided, of passes that listen for the decision.
OPEN_MESSAGES = """
select open.*, enters
from (select {columns} from requests union all select {columns} from undecided) as open inner join versions using (scenario, version)
where listens_to_decisions
""".format(columns="entry_id, scenario, version, customer_id, final, joined_at, due_at")


def joined(one: str, other: str) -> str:
    """When two rows of one heir came together: as the later of them joined."""
    return f"greatest({', '.join(f'case when {row}.joined_at < {NEVER} then {row}.joined_at end' for row in (one, other))})"


MERGED = f"""
create or replace temp table merged_passes as
with

merged as (

    select final from now_merged semi join active using (final)

),

passes as (

    {of_these("communications.entries", "select final from merged")}

),

pairs as (

    select later.entry_id, earlier.entry_id as other, versions.reentry, versions.reentry_seconds, versions.concurrent,
        earlier.entered_at as other_entered_at, active.entered_at, active.occurrence = earlier.occurrence as is_same_occurrence,
        {joined("later", "earlier")} as moment
    from active
    inner join passes as later using (entry_id)
    inner join versions on active.scenario = versions.scenario and active.version = versions.version
    inner join passes as earlier
        on later.scenario = earlier.scenario and later.final = earlier.final and later.customer_id <> earlier.customer_id
        and (earlier.entered_at, earlier.occurrence, earlier.customer_id) < (later.entered_at, later.occurrence, later.customer_id) -- as they were let in
    where later.final in (from merged)

),

-- Where the first of two passes may be one that has not begun.
expected as (

    select customer_id, final, joined_at, scenario, moment as since from candidates
    union all
    select customer_id, final, joined_at, null, due_at from ({OPEN_MESSAGES}) where enters
    union all
    select customer_id, final, joined_at, null, since
    from (from deciding union all by name from active) inner join versions using (scenario, version) where enters and final in (from merged)

),

uncertain as (

    select active.entry_id, {joined("active", "expected")} as moment
    from active
    inner join expected on active.final = expected.final and active.customer_id <> expected.customer_id and coalesce(expected.scenario, active.scenario) = active.scenario
    where active.final in (from merged) and expected.since <= moment and moment > active.entered_at

),

open_messages as (

    select entry_id, min(due_at) as due_at from (select entry_id, due_at from ({OPEN_MESSAGES}) union all select entry_id, since from deciding) as open group by entry_id

)

select pairs.entry_id, pairs.other, min(pairs.moment) as moment, coalesce(bool_or(open_messages.due_at <= pairs.moment), false) as is_unsure,
    bool_or(is_same_occurrence or reentry = 'once' or (reentry = 'after' and other_entered_at + to_seconds(reentry_seconds) > entered_at)
        or (not concurrent and (ends.ended_at is null or ends.ended_at > pairs.moment))) as is_ended
from pairs
left join (select entry_id, left_at as ended_at from communications.transitions where next_step = 'end') as ends on pairs.other = ends.entry_id
left join open_messages on pairs.other = open_messages.entry_id
where pairs.moment > entered_at
group by pairs.entry_id, pairs.other
union all by name
select entry_id, null as other, min(moment) as moment, true as is_unsure, false as is_ended from uncertain group by entry_id;

create or replace temp table held as
select distinct entry_id from merged_passes where other in (select entry_id from active)
"""
