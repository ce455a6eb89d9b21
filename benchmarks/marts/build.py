"""dbt over profile, consents, segments and history, told model by model: `python -m benchmarks.marts.build FIGURES ARGUMENTS OF DBT …`.

As the daily job starts it, with the project parsed already, but one model at a time, each with all threads of DuckDB,
so that what the process took meanwhile is that model's.
"""

import json
import os
import sys
import time
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from orchestration.dbt_child import parsed_project, say_what_is_shown

# What reads the campaigns' tables follows from the tick and is no part of the profile.
SELECTED = ("path:models/marts", "path:models/segments", "path:models/history", "path:models/quality/purchases")
LEFT_OUT = ("source:communications+", "source:landing.set_traits+")


class Clock:
    """CPU seconds of each model, from its start to its end."""

    def __init__(self) -> None:
        self.started: dict[str, float] = {}
        self.took: dict[str, float] = {}

    def __call__(self, event: EventMsg) -> None:
        if event.info.name == "LogStartLine":
            self.started[event.data.node_info.unique_id] = time.process_time()
        elif event.info.name == "LogModelResult":
            name = event.data.node_info.unique_id
            self.took[name.split(".")[-1]] = time.process_time() - self.started[name]


def main(figures: Path, *arguments: str) -> int:
    clock = Clock()
    say_what_is_shown()
    result = dbtRunner(manifest=parsed_project(), callbacks=[clock]).invoke([*arguments, "--threads", "1"])
    figures.write_text(json.dumps(clock.took, indent=1))
    return 0 if result.success else 1


if __name__ == "__main__":
    code = main(Path(sys.argv[1]), *sys.argv[2:])
    sys.stdout.flush()
    # As the daily job's process ends, which does not tidy up what the system takes back anyway.
    os._exit(code)
