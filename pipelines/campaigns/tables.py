"""The tables of `communications`: what the evaluation decided and what became of it. All but the views only grow.

A pass (`entry_id`) is one customer's way through one scenario. What is known of messages comes from the attempt journal and from
responses; nothing here is changed after the fact, so that every table can be made again from its ledger files.

States of a message, in the view `messages`: planned · held · claimed · accepted · delivered · bounced · complained, and the side exits
cancelled · expired · failed · unknown (a process died between handing over and hearing the answer; nobody resends marketing then).
"""

from duckdb import DuckDBPyConnection

SCHEMA = "communications"

TABLES = {
    # One row per version of a scenario ever evaluated.
    "scenarios": """
        scenario varchar not null, version integer not null, definition_hash varchar not null, definition varchar not null, -- JSON
        purpose varchar not null, priority integer not null, first_seen_at timestamp not null""",
    # One row per pass. entry_id = md5(scenario | customer | occurrence); the customer is who entered: `entry_customers` follows merges.
    "entries": """
        entry_id varchar not null, scenario varchar not null, version integer not null, customer_id varchar not null, occurrence varchar not null,
        entered_at timestamp not null, event_id varchar, holdout varchar, -- null, 'global' or 'local'
        tick_at timestamp not null""",
    # One row per visit of a step, `position` 1, 2, 3 … of its pass. Left by a guard, at its deadline or at once; `next_step` is where the pass went.
    "transitions": """
        entry_id varchar not null, position integer not null, step varchar not null, visit integer not null, entered_at timestamp not null, left_at timestamp not null,
        outcome varchar not null, next_step varchar not null, event_id varchar, arm varchar, tick_at timestamp not null""",
    # One row per message that a send step asked for and per reason that was looked at last: exactly one per message_id that is final.
    "decisions": """
        message_id varchar not null, entry_id varchar not null, scenario varchar not null, version integer not null, step varchar not null,
        visit integer not null, customer_id varchar not null, channel varchar, due_at timestamp not null, decided_at timestamp not null,
        is_eligible boolean not null, reason varchar not null, detail varchar, tick_at timestamp not null""",
    # One row per message to be sent, and per phantom of a control or holdout (never sent). message_id = md5(scenario | entry_id | step | visit).
    "outbox": """
        message_id varchar not null, entry_id varchar not null, scenario varchar not null, version integer not null, step varchar not null,
        visit integer not null, customer_id varchar not null, channel varchar not null, identifier_type varchar, address varchar, address_hash varchar,
        template varchar, arm varchar, purpose varchar not null, priority integer not null, locale varchar,
        due_at timestamp not null, release_at timestamp not null, expires_at timestamp not null, is_phantom boolean not null,
        time_zone varchar, quiet_from time, quiet_to time, -- nothing is handed over within these hours, the customer's own; null for transactional messages and webhooks
        tick_at timestamp not null""",
    # What a `winner` step chose: one row per moment at which passes came to it and arm compared, of the messages sent and answered before that moment.
    "winners": """
        scenario varchar not null, version integer not null, step varchar not null, slot varchar not null, -- moment of the schedule, '' without one
        decided_at timestamp not null, arm varchar not null, measure varchar not null, -- opened, clicked, converted
        sent_count bigint not null, answered_count bigint not null, is_winner boolean not null, tick_at timestamp not null""",
    # Messages called back before they were sent: exit, unsubscribe, suppression, goal, erased, duplicate address after a merge.
    "cancellations": "message_id varchar not null, cancelled_at timestamp not null, reason varchar not null, tick_at timestamp not null",
    # Effects of the other acts, one row each.
    "trait_changes": "entry_id varchar not null, step varchar not null, visit integer not null, customer_id varchar not null, trait varchar not null, value varchar, set_at timestamp not null, tick_at timestamp not null",
    "audience_changes": "entry_id varchar not null, step varchar not null, visit integer not null, customer_id varchar not null, audience varchar not null, action varchar not null, changed_at timestamp not null, tick_at timestamp not null",
    # What came too late to be listened for: known, counted, never acted on.
    "late_events": "event_id varchar not null, customer_id varchar not null, event_name varchar not null, occurred_at timestamp not null, loaded_at timestamp not null, tick_at timestamp not null",
    "ticks": "tick_at timestamp not null, watermark timestamp not null, entries bigint not null, transitions bigint not null, decisions bigint not null, messages bigint not null",
    # From the attempt journal (pipelines/sending), loaded by each tick: one row per attempt. outcome: accepted, deferred, failed, unknown, dry_run.
    "attempts": """
        message_id varchar not null, attempt integer not null, batch varchar not null, channel varchar not null, mode varchar not null, -- dry_run, sandbox, live
        started_at timestamp not null, finished_at timestamp, outcome varchar not null, code varchar, diagnostic varchar,
        provider varchar, provider_message_id varchar""",
    # What results need of the scenarios, made anew by each tick (engine/goals.py).
    "goals": "scenario varchar not null, version integer not null, event_name varchar not null, within_seconds bigint not null",
    "goal_events": "scenario varchar not null, version integer not null, event_id varchar not null, value decimal(18, 2), currency varchar",
    # One row per arm of each experiment. `step` is the split; `holdout` and `company_holdout` for the holdouts, whose share of the company may change.
    "experiments": """
        scenario varchar not null, version integer not null, step varchar not null, arm varchar not null, is_control boolean not null, share double, ends_at timestamp""",
}
MADE_ANEW = ("goals", "goal_events", "experiments")
# What the mart customer_traits reads: segments may ask for traits, and a tick asks for segments, so within a run it is what earlier ticks have set.
SET_TRAITS = f"""
create schema if not exists landing;
create or replace view landing.set_traits as
select entry_id, step, visit, changes.customer_id, trait, value, set_at, entries.scenario, entries.entered_at, transitions.position
from {SCHEMA}.trait_changes as changes
inner join {SCHEMA}.entries as entries using (entry_id)
inner join {SCHEMA}.transitions as transitions using (entry_id, step, visit)
"""

REASONS = {
    # reason: (English, Russian); the order is the order of the checks.
    "eligible": ("goes out", "отправляется"),
    "global_holdout": ("in the company's holdout", "в общей контрольной группе"),
    "local_holdout": ("in the scenario's holdout", "в контрольной группе сценария"),
    "no_basis": ("no consent to advertising on this channel", "нет согласия на рекламу по этому каналу"),
    "no_processing_basis": ("no basis for processing personal data", "нет основания для обработки персональных данных"),
    "suppressed": ("the address is suppressed", "адрес в стоп-листе"),
    "no_address": ("no valid address", "нет действительного адреса"),
    "held_out_address": ("somebody in a holdout has the same address", "тот же адрес есть у человека из контрольной группы"),
    "exited": ("the pass had ended", "прохождение завершилось раньше"),
    "duplicate_address": ("the same message goes to this address for another customer", "то же сообщение уже идёт на этот адрес"),
    "capped": ("a frequency cap is reached", "достигнут предел частоты"),
    "outranked": ("a cap leaves room for more important messages only", "предел частоты занят более важными сообщениями"),
    "quiet_hours": ("held until quiet hours end", "отложено до конца тихих часов"),
    "expired": ("too late to be sent", "срок отправки истёк"),
    "render_error": ("the message could not be written", "сообщение не удалось составить"),
    "skipped": ("the template says why it is not sent", "шаблон сам говорит, почему не отправлять"),
    "cancelled": ("called back before sending", "отозвано до отправки"),
}


def ensure(connection: DuckDBPyConnection) -> None:
    """Makes the schema and what is missing of its tables."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists {SCHEMA}.{name} ({columns})")
