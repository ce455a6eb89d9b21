"""`python -m benchmarks.communications.decide --messages 1000000`: one tick that decides so many due messages; rows per second and peak memory.

A newsletter to a made-up company of which a third has not consented, with caps, quiet hours, holdouts and shared addresses.
"""

import resource
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from pipelines.campaigns.engine.tick import tick
from pipelines.campaigns.schema import Policy, Scenario

AT = datetime(2026, 3, 2, 9)
LETTER = {
    "scenario": "newsletter", "version": 1, "title": {"en": "Newsletter", "ru": "Рассылка"}, "status": "live", "holdout": {"share": 0.1},
    "entry": {"schedule": {"at": "2026-03-02T10:00:00", "segment": "everybody"}}, "steps": [{"id": "letter", "send": {"channel": ["email", "sms"], "template": "letter"}}],
}  # fmt: skip
INPUTS = {
    "customers": "select 'c_' || n as customer_id, 'ru' as language from range({n}) as t (n)",
    "channels": """select 'c_' || n as customer_id, channel, case channel when 'email' then 'email' else 'phone' end as identifier_type,
        (n - n % 50 // 49) || '@example.com' as address, n % 3 > 0 as has_consent, n % 20 = 0 as is_processing_forbidden from range({n}) as t (n), (values ('email'), ('sms')) as c (channel)""",
    "segment_history": "select 'c_' || n as customer_id, 'everybody' as segment, 'entered' as change, timestamp '2026-01-01' as occurred_at from range({n}) as t (n)",
    "redirects": "select 'c_' || n as old_customer_id, 'c_' || n as customer_id, null::timestamp as redirected_at, timestamp '2026-01-01' as created_at from range({n}) as t (n)",
    "suppressions": "select 'email' as channel, 'email' as identifier_type, n || '@example.com' as address, timestamp '2026-01-01' as suppressed_at from range(0, {n}, 100) as t (n)",
    "time_zones": "select 'c_' || n as customer_id, case n % 3 when 0 then 'Asia/Vladivostok' when 1 then 'America/New_York' end as time_zone from range({n}) as t (n)",
    "events": """select '' as event_id, '' as customer_id, '' as event_name, timestamp '2026-01-01' as occurred_at, timestamp '2026-01-01' as loaded_at, '' as message_id, false as is_machine where {n} < 0""",
}


def main(messages: Annotated[int, typer.Option(help="Messages that are due.")] = 1_000_000) -> None:
    """Measure one tick, in a database on disk."""
    with tempfile.TemporaryDirectory() as folder:
        config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2", "memory_limit": "4GB"}
        connection = duckdb.connect(str(Path(folder) / "warehouse.duckdb"), config=config)
        connection.execute("set timezone = 'UTC'")
        for name, query in INPUTS.items():
            connection.execute(f"create table input_{name} as {query.format(n=messages)}")
        wall, cpu = time.monotonic(), time.process_time()
        done = tick(connection, [Scenario.model_validate(LETTER)], Policy(), AT)
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{done.decisions:,} decisions, {done.messages:,} planned: {wall:.1f} s, {cpu:.1f} CPU s, {done.decisions / wall:,.0f} rows/s, peak {peak:.2f} GB"
        )
        for reason, count in connection.execute("select reason, count(*) from communications.decisions group by all order by 2 desc").fetchall():
            print(f"  {reason}: {count:,}")


if __name__ == "__main__":
    typer.run(main)
