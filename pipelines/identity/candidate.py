"""A new model beside the one in use: fitted to the records as they are, told apart from the old one, put in force by a person.

A run never replaces a model that was trained on this company's records. Fitting itself is `train.py`, files are `model.py`.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from pipelines.identity import model as models
from pipelines.identity import overrides, run
from pipelines.identity.comparisons import COMPARISONS, levels
from pipelines.identity.model import Model
from pipelines.identity.people import prepare
from pipelines.identity.run import reading, remember
from pipelines.identity.train import LEAST_MATCHES
from pipelines.redaction import Told
from pipelines.settings import settings

CANDIDATE = "candidate"
# Below one bit, a factor of two in the odds, a difference decides next to nothing.
MATTERS = 1.0


class NoCandidate(Told):
    """There is too little to learn from, or no model to put in force."""


@dataclass(frozen=True)
class Candidate:
    """A model that waits for a decision, and what it was learnt from."""

    model: Model
    records: int
    matches: float
    decided: int


def fit(decisions: Path | None = None) -> Candidate:
    """Fits a model to the records as they are and saves it as the candidate. The warehouse is only read."""
    folder = settings().data / "identity"
    with reading(NoCandidate, "matching", "people") as connection:
        overrides.load(connection)
        remember(connection, everything=True)
        records = prepare(connection, everything=True)
        # Decisions bind the records they are about; only if asked for do they also teach the model.
        overrides.load(connection, decisions)
        decided = connection.execute("select count(*) from overrides").fetchall()[0][0] if decisions else 0
        lesson = run.fit(connection, records, "overrides" if decisions else None)
        if lesson.model.kind != "trained":
            raise NoCandidate(
                f"There is too little to learn from: about {lesson.matches:,.0f} likely matches among {records:,} records, and {LEAST_MATCHES} are needed. "
                "The shipped model serves until then; nothing was saved"
            )
        models.save(connection, lesson.model, folder, CANDIDATE)
    return Candidate(lesson.model, records, lesson.matches, decided)


def waiting() -> Model:
    """The candidate, for these settings."""
    model = models.current(settings().data / "identity", CANDIDATE)
    if model is None:
        raise NoCandidate("No candidate fits what is compared now: `svod identity train` makes one")
    return model


def ready(version: str | None = None) -> Model:
    """The candidate, or the saved model of this version, if it can be put in force."""
    folder = settings().data / "identity"
    model = models.named(folder, version) if version else waiting()
    if model is None or not models.names_file(folder, model).exists():
        raise NoCandidate("There is no such model for what is compared now")
    return model


def put_in_force(model: Model) -> Model | None:
    """Makes it the current one; returns the one before."""
    folder = settings().data / "identity"
    before = models.current(folder)
    models.put_in_force(folder, model)
    return before


def differences(new: Model, old: Model) -> list[tuple[str, str, float, float]]:
    """Comparison, level, bits now and bits then, where they differ by so much that it may change a decision; the largest first."""
    rows = [("prior", "before looking", math.log2(old.probability / (1 - old.probability)), math.log2(new.probability / (1 - new.probability)))]
    for name in COMPARISONS:
        for label in reversed(levels(name)):
            rows.append((name, label, *(math.log2(model.parameters[name][label][0] / model.parameters[name][label][1]) for model in (old, new))))
    return sorted((row for row in rows if abs(row[3] - row[2]) >= MATTERS), key=lambda row: -abs(row[3] - row[2]))
