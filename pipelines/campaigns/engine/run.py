"""The evaluation over the warehouse: scenarios from their files, inputs from the marts, the ledger before and after. `svod campaigns tick` and the daily job.

Run it alone: `python -m pipelines.campaigns.engine.run "2026-01-01 05:00:00"`.
"""

import sys
from collections.abc import Callable
from datetime import datetime

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine import goals, inputs, ledger
from pipelines.campaigns.engine.tick import Ticked, tick
from pipelines.campaigns.schema import Policy, Scenario
from pipelines.campaigns.tables import SET_TRAITS, ensure
from pipelines.settings import settings
from pipelines.warehouse import connect

Tell = Callable[[str], None]


def files() -> tuple[list[Scenario], Policy]:
    """The scenarios and the policy as their files are now, right or wrong; one that cannot be read is left out."""
    from pipelines.campaigns import reading

    found = reading.read()
    return list(found.scenarios), found.policy


def sound_files(tell: Tell = lambda _: None) -> tuple[list[Scenario], Policy]:
    """Those that may be evaluated, and the policy: a scenario with an error is told of and left out, as though it were paused."""
    from pipelines.campaigns import checks, reading

    found = reading.read()
    return checks.passed(found, tell=tell), found.policy


def evaluate(tick_at: datetime, tell: Tell = lambda _: None) -> Ticked:
    """One tick over the warehouse. Nothing happens where no scenario is or was live."""
    scenarios, policy = sound_files(tell)
    with connect() as connection:
        prepare(connection)
        if not scenarios and not connection.execute("select count(*) from communications.scenarios").fetchone()[0]:
            return Ticked()
        inputs.show(connection, tick_at, policy)
        done = tick(connection, scenarios, policy, tick_at)
        goals.write(connection, policy)
        ledger.catch_up(connection, settings().data)
        return done


def prepare(connection: DuckDBPyConnection) -> None:
    """Makes the tables where there are none, filled from the ledger; dbt may then read them. Attempts come from the sender's journal."""
    ensure(connection)
    ledger.catch_up(connection, settings().data)
    connection.execute(SET_TRAITS)


if __name__ == "__main__":
    print(evaluate(datetime.fromisoformat(sys.argv[1]), print))
