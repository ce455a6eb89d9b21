"""Customers most like the members of a segment who are not in it.

A logistic regression tells members from the rest by standardized traits (`traits`); those outside with the highest score are the answer,
and of each the traits that pushed the score up most. It is linear on purpose: what drives a score can be said. Members and others weigh
the same in total, so a small segment is not drowned; a penalty keeps weights small where traits are few or go together. There is no
chance in it: the same file gives the same answer.

Its limits: a segment defined by the traits themselves is found again by its rule, so that those come first who just miss it (leave such
traits out with --without); customers of whom little is known all look the same; it tells likeness, not who would buy. How well the traits
tell members at all is measured on customers held back: an AUC of 0.5 means not at all, and then the list means nothing.
"""

from dataclasses import dataclass
from hashlib import md5

import numpy as np
from duckdb import DuckDBPyConnection
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata

from pipelines.segments.reading import NotAnswered, must_know
from pipelines.segments.traits import NAMES, People, people

PENALTY, FOLDS, FEWEST, DRIVERS = 0.02, 5, 10, 3


@dataclass(frozen=True)
class Like:
    """One customer outside the segment: the score, from 0 to 1, and the traits behind it with their values."""

    customer: str
    score: float
    drivers: list[tuple[str, float]]


@dataclass(frozen=True)
class Lookalikes:
    members: int
    auc: float | None
    found: list[Like]
    weights: list[tuple[str, float, float, float]]  # trait, weight, its mean among the members of whom it is known, among the rest


def lookalike(connection: DuckDBPyConnection, segment: str, *, top: int = 20, without: tuple[str, ...] = ()) -> Lookalikes:
    """The `top` customers most like the members of the segment."""
    must_know(connection, segment)
    if wrong := sorted(set(without) - set(NAMES)):
        raise NotAnswered(f"No trait is named {', '.join(wrong)}. There are {', '.join(NAMES)}")
    if not set(NAMES) - set(without):
        raise NotAnswered("No trait is left to compare by")
    everybody = people(connection, segment, without)
    inside = int(everybody.members.sum())
    if min(inside, len(everybody.ids) - inside) < FEWEST:
        raise NotAnswered(f"{segment} has {inside} of {len(everybody.ids)} customers: at least {FEWEST} inside and outside are needed to compare")
    weights, intercept = fit(everybody.standard, everybody.members)
    scores = expit(everybody.standard @ weights + intercept)
    outside = [place for place in np.lexsort((np.arange(len(scores)), -np.round(scores, 9))) if not everybody.members[place]]
    means = [_means(everybody.raw[chosen]) for chosen in (everybody.members, ~everybody.members)]
    told = [(name, float(weights[place]), float(means[0][place]), float(means[1][place])) for place, name in enumerate(everybody.names)]
    return Lookalikes(
        inside,
        held_back_auc(everybody),
        [Like(everybody.ids[place], float(scores[place]), _drivers(everybody, weights, place)) for place in outside[:top]],
        sorted(told, key=lambda line: (-abs(line[1]), line[0])),
    )


def _means(raw: np.ndarray) -> np.ndarray:
    known = ~np.isnan(raw)
    return np.where(known, raw, 0).sum(axis=0) / np.where(known.any(axis=0), known.sum(axis=0), np.nan)


def fit(traits: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and intercept with the least balanced loss; it is convex, so there is one answer whatever the start."""
    share = np.where(members, 0.5 / members.sum(), 0.5 / (~members).sum())
    sign = np.where(members, 1.0, -1.0)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (traits @ parameters[:-1] + parameters[-1])
        slope = -share * sign * expit(-margin)
        value = share @ np.logaddexp(0, -margin) + PENALTY / 2 * parameters[:-1] @ parameters[:-1]
        return value, np.append(traits.T @ slope + PENALTY * parameters[:-1], slope.sum())

    best = minimize(loss, np.zeros(traits.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-8}).x
    return best[:-1], float(best[-1])


def held_back_auc(everybody: People) -> float | None:
    """How often a member held back scores above somebody else held back. Who is held back when is told by the id."""
    fold = np.array([int(md5(one.encode()).hexdigest()[:8], 16) % FOLDS for one in everybody.ids])
    scores = np.full(len(fold), np.nan)
    for number in range(FOLDS):
        back, members = fold == number, everybody.members[fold != number]
        if back.any() and members.any() and not members.all():
            weights, _ = fit(everybody.standard[~back], members)
            scores[back] = rankdata(everybody.standard[back] @ weights) / back.sum()
    judged = ~np.isnan(scores)
    inside, members = int(everybody.members[judged].sum()), everybody.members[judged]
    outside = int(judged.sum()) - inside
    return float((rankdata(scores[judged])[members].sum() - inside * (inside + 1) / 2) / (inside * outside)) if inside and outside else None


def _drivers(everybody: People, weights: np.ndarray, place: int) -> list[tuple[str, float]]:
    pushes = weights * everybody.standard[place]
    best = [number for number in np.argsort(-pushes, kind="stable")[:DRIVERS] if pushes[number] > 0 and not np.isnan(everybody.raw[place, number])]
    return [(everybody.names[number], float(everybody.raw[place, number])) for number in best]
