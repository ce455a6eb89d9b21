"""`python -m benchmarks.communications.decide --messages 1000000`: one tick that decides so many due messages, then claims of them; rows per second and peak memory.

A newsletter to a made-up company of which a third has not consented, with caps, quiet hours, holdouts and shared addresses. The first claim asks
once more of everything that waits, each further one of whose turn it is.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipelines.campaigns.engine import inputs
from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.sending.claim import Terms, claim
from pipelines.sending.parts import withdrawn
from pipelines.settings import settings
from pipelines.warehouse import connect

AT, SENDING_FROM, CLAIMS = datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 12), 5
LETTER = {
    "scenario": "newsletter", "version": 1, "title": {"en": "Newsletter", "ru": "Рассылка"}, "status": "live", "holdout": {"share": 0.1},
    "entry": {"schedule": {"at": "2026-03-02T10:00:00", "segment": "everybody"}}, "steps": [{"id": "letter", "send": {"channel": ["email", "sms"], "template": "letter"}}],
}  # fmt: skip
PEOPLE = "select n, 'c_' || n as customer_id from range({n}) as t (n)"
MARTS = {
    "marts.customer_360": "select customer_id, 'ru' as language from ({people})",
    "marts.customers": """select customer_id, null::date as birth_date, case n % 3 when 0 then 'Asia/Vladivostok' when 1 then 'America/New_York' end as time_zone,
        null::varchar as country_code from ({people})""",
    "marts.customer_channels": """select customer_id, channel, case channel when 'email' then 'email' else 'phone' end as identifier_type,
        (n - n % 50 // 49) || '@example.com' as address, n % 3 > 0 as has_consent, n % 20 = 0 as is_processing_forbidden from ({people}), (values ('email'), ('sms')) as c (channel)""",
    "marts.consent_history": """select customer_id, channel, 'marketing' as purpose, 'granted' as state, customer_id || channel as consent_event_id, timestamp '2026-01-01' as valid_from,
        null::timestamp as valid_to from marts.customer_channels where has_consent""",
    "marts.customer_redirects": "select customer_id as old_customer_id, customer_id, null::timestamp as redirected_at, timestamp '2026-01-01' as created_at from ({people})",
    "marts.suppressions": "select 'email' as channel, 'email' as identifier_type, n || '@example.com' as address, timestamp '2026-01-01' as suppressed_at from ({people}) where n % 100 = 0",
    "segments.segment_history": "select customer_id, 'everybody' as segment, 'entered' as change, timestamp '2026-01-01' as occurred_at from ({people})",
    "seeds.country_time_zones": "select '' as country_code, '' as time_zone where {n} < 0",
    "landing.files": "select '' as file_id, timestamp '2026-01-01' as landed_at where {n} < 0",
    "intermediate.int_consent_events": "select '' as consent_event_id, '' as _file_id where {n} < 0",
    "intermediate.int_suppressions": "select '' as channel, '' as identifier_type, '' as value, '' as raw_value, timestamp '2026-01-01' as occurred_at, '' as _file_id where {n} < 0",
    "intermediate.int_events": "select '' as event_id, '' as message_id, '' as url, '' as _file_id where {n} < 0",
    "intermediate.int_reactions": "select '' as event_id, '' as machine_rule where {n} < 0",
    "marts.customer_timeline": """select '' as event_id, '' as customer_id, '' as event_name, timestamp '2026-01-01' as occurred_at, '' as source, '' as channel, '' as campaign, 0.0 as amount,
        '' as currency, '' as properties where {n} < 0""",
}  # fmt: skip


def main(messages: Annotated[int, typer.Option(help="Messages that are due.")] = 1_000_000) -> None:
    """Measure one tick, and claims of what it planned, on a warehouse of their own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SVOD_DATA": folder, "SVOD_CAMPAIGNS": f"{folder}/campaigns", "SVOD_MEMORY_LIMIT": "4GB"}
        settings.cache_clear()
        letter, policy = Scenario.model_validate(LETTER), Policy()
        Path(folder, "campaigns/newsletter").mkdir(parents=True)
        Path(folder, "campaigns/newsletter/scenario.yml").write_text(letter.model_dump_json(by_alias=True, exclude_defaults=True))
        with connect() as connection:
            for name, query in MARTS.items():
                connection.execute(f"create schema if not exists {name.partition('.')[0]}")
                connection.execute(f"create table {name} as {query.format(n=messages, people=PEOPLE.format(n=messages))}")
            inputs.show(connection, AT, policy)
            done, wall, cpu = timed(lambda: tick(connection, [letter], policy, AT))
            print(
                f"{done.decisions:,} decisions, {done.messages:,} planned: {wall:.1f} s, {cpu:.1f} CPU s, {done.decisions / wall:,.0f} rows/s, peak {peak():.2f} GB"
            )
            for reason, count in connection.execute("select reason, count(*) from communications.decisions group by all order by 2 desc").fetchall():
                print(f"  {reason}: {count:,}")
        terms, held = Terms("email", "live", "relay", settings().sending.batch, 3, 60.0), []
        for number in range(CLAIMS):
            at = SENDING_FROM + timedelta(minutes=number)
            (batch, _), wall, cpu = timed(lambda at=at, is_first=not number: claim(terms, withdrawn, at, is_first=is_first))
            held.append(batch)
            print(f"{'the first claim' if not number else 'a further one'}, {len(batch.rows):,} messages: {wall:.1f} s, {cpu:.1f} CPU s, peak {peak():.2f} GB")


def timed(work: Callable) -> tuple:
    """What it gives, and its seconds and CPU seconds."""
    wall, cpu = time.monotonic(), time.process_time()
    return work(), time.monotonic() - wall, time.process_time() - cpu


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    typer.run(main)
