"""Where Dagster keeps its records: `<data>/dagster`, configured by the project's `dagster.yaml`.

python -m orchestration.home [PORT]     opens Dagster's pages there, with the schedule and the sensors
"""

import os
import shutil
import sys
from pathlib import Path

from pipelines.settings import PROJECT, settings


def prepare() -> Path:
    """Dagster's home of this data folder, with its configuration brought up to date. A `DAGSTER_HOME` that is set already stays."""
    home = Path(os.environ.get("DAGSTER_HOME") or settings().data.resolve() / "dagster")
    home.mkdir(parents=True, exist_ok=True)
    if "DAGSTER_HOME" not in os.environ:
        shutil.copyfile(PROJECT / "dagster.yaml", home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    return home


if __name__ == "__main__":
    prepare()
    dagster = str(Path(sys.executable).with_name("dagster"))
    os.execv(dagster, [dagster, "dev", "-m", "orchestration.definitions", "-p", *(sys.argv[1:] or ["3000"])])
