"""A fitted model as a file: m and u of each level, nothing that belongs to an engine. Saved once, pinned by name, reused.

`<data>/identity/model_<version>.json` holds the parameters, `names_<version>.parquet` the frequencies of names they were fitted
with, `current.json` says which is in use, `candidate.json` which waits for a decision. Fitting stays out: see `train.py`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.files import replace_text
from pipelines.identity.comparisons import COMPARISONS, levels
from pipelines.identity.settings import EXCLUSIVE, settings_version

PRIOR = Path(__file__).with_name("prior_model.json")

Parameters = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Model:
    """`kind` is "trained" (on this company's records), "prior" (the shipped one, for companies too small to learn from) or "carried over"."""

    kind: str
    records: int
    probability: float
    parameters: Parameters
    settings_version: str
    # How many times more often two people bear one name than its parts' frequencies say: names go with origin, age and family.
    namesakes: float = 1.0
    # How many records may hold a blocking value, by rule; see `block.py`.
    caps: dict[str, int] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return hashlib.md5(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    def for_records(self, records: int) -> "Model":
        """This model for a company of another size: each record has as many twins, among more or fewer strangers."""
        ratio = self.records / max(records, 2)
        parameters = {
            name: {label: [m, min(u * ratio, 0.5 * m) if (name, label) in EXCLUSIVE else u] for label, (m, u) in levels.items()}
            for name, levels in self.parameters.items()
        }
        return Model("prior", records, min(self.probability * ratio, 0.05), rounded(parameters), settings_version(), self.namesakes, self.caps)


def rounded(parameters: Parameters) -> Parameters:
    """Six digits: enough for any decision, and the same on every machine."""
    return {name: {label: [float(f"{m:.6g}"), float(f"{u:.6g}")] for label, (m, u) in levels.items()} for name, levels in parameters.items()}


def prior() -> Model:
    """The model shipped with Svod."""
    return Model(**json.loads(PRIOR.read_text()))


def current(folder: Path, pointer: str = "current") -> Model | None:
    """The model in use, or the candidate, if there is one for these settings."""
    file = folder / f"{pointer}.json"
    return named(folder, json.loads(file.read_text())["version"]) if file.exists() else None


def named(folder: Path, version: str) -> Model | None:
    """The model of this version, if it is there and compares what these settings compare."""
    file = folder / f"model_{version}.json"
    model = Model(**json.loads(file.read_text())) if file.exists() else None
    return model if model and model.settings_version == settings_version() else None


def carried_over(folder: Path) -> Model | None:
    """The model in use under other settings, brought over to these; None if there is none, or none that was learnt here.

    What is compared changes with the code, and that must not teach anybody anew in passing: whatever level the model knows weighs what it
    did, a new one what the shipped model says. Caps are counted again by the run that saves it. To learn anew is a person's decision.
    """
    pointer = folder / "current.json"
    file = folder / f"model_{json.loads(pointer.read_text())['version']}.json" if pointer.exists() else None
    old = Model(**json.loads(file.read_text())) if file and file.exists() else None
    if old is None or old.kind == "prior" or old.settings_version == settings_version():
        return None
    shipped = prior().for_records(old.records).parameters
    parameters = {name: {label: old.parameters.get(name, {}).get(label) or shipped[name][label] for label in levels(name)} for name in COMPARISONS}
    return replace(old, kind="carried over", parameters=parameters, settings_version=settings_version(), caps={})


def save(connection: DuckDBPyConnection, model: Model, folder: Path, pointer: str = "current") -> None:
    """Writes the model, pins the frequencies of names beside it and points to both, the pointer last."""
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({COUNTS}) to '{names_file(folder, model)}' (format parquet)").fetchall()
    _write(folder / f"model_{model.version}.json", asdict(model))
    _write(folder / f"{pointer}.json", {"version": model.version})


def put_in_force(folder: Path, model: Model) -> None:
    """Makes a saved model the current one, at once or not at all. Whatever it replaces stays beside it, to go back to."""
    _write(folder / "current.json", {"version": model.version})


def names_file(folder: Path, model: Model) -> Path:
    return folder / f"names_{model.version}.parquet"


# Counted over distinct full names, not over records: a person with ten records must not make her own name common.
COUNTS = """
with

names as (

    select distinct given_name_key, family_name_key from people where name_key is not null

)

select 'given' as part, given_name_key as key, count(*) as names from names group by given_name_key
union all
select 'family', family_name_key, count(*) from names group by family_name_key
order by part, key
"""


def _write(path: Path, content: dict) -> None:
    replace_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
