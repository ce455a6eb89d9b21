"""Fitting a model without labels: u from pairs of strangers, m by expectation maximisation within several kinds of likely pairs.

The pairs of a kind (equal names, one e-mail …) are counted by their pattern of levels once (`observed.py`); EM then works on a few
thousand patterns, not on pairs. Each kind teaches the m of the comparisons that did not choose it, and what share of its pairs are matches.
Refuses to learn from too little and hands back the shipped model instead. Deterministic: samples are chosen by hash, sums are ordered.
Saving stays out: see `model.py`.
"""

import logging
from dataclasses import dataclass, field, replace

import numpy as np
from duckdb import DuckDBPyConnection

from pipelines.identity import model as models
from pipelines.identity import observed
from pipelines.identity.comparisons import HOME_OF_FAMILY, levels
from pipelines.identity.model import Model, Parameters
from pipelines.identity.observed import NAMES, SAMPLE, Counted
from pipelines.identity.settings import EXCLUSIVE, TRAINING, settings_version

log = logging.getLogger(__name__)

# Below this many pairs that are almost surely matches, EM fits noise.
LEAST_MATCHES = 400
# The shipped model never expects less than this part of the matches it knows, since the first ones may be yet to come; below the other
# part there are so few that all pairs can be taken for strangers.
LEAST_SHARE, FEW_SHARE = 0.01, 0.1
# A level counts as common here if so many pairs of strangers show it, and so many times more of them than the shipped model expects.
COMMON_PAIRS, COMMON_TIMES = 20, 2
# Strangers are pairs that all else makes so much less likely. What is common for one comparison tells more strangers to the others: by turns.
STRANGE, COMMON_ROUNDS = 0.25, 5
# u and m depend on each other: in the second round, the matches in the sample of strangers are those that the first one found.
ROUNDS = 2
# The shipped model counts as much as this many matches: a level that is rare in the data keeps a sane m.
PRIOR_MATCHES = 20
# A pair that a steward decided counts as much as so many likely matches: it is sure, but stewards see the hard ones, not a fair sample.
LABEL_WEIGHT = 5
# So many of the pairs of a kind are believed to be matches where nothing better is known.
LIKELY = 0.7
# What only these kinds teach: relatives share names, phones and homes, so that a father and his son of one name would pass for one
# person whose date of birth is wrong, and siblings born on one day for one whose given name is.
OF_ONE_PERSON = ("same card or account", "same national id", "same e-mail", "decided by stewards")
UNSHARED = {("birth_date", "a generation apart"): OF_ONE_PERSON, ("name", "same family name, other given name"): OF_ONE_PERSON}
# Two people who share one of these are no strangers: they are relatives, or namesakes whose address is made of their name. What they have
# in common is counted among them, or namesakes would pass for one person whose date of birth is wrong.
RELATED = {"same e-mail": ("name",), "same phone": ("name",), "same street and house": ("name",)}
# How many of those who share an e-mail or a home are two people is learnt too; what is believed of it counts as so many pairs. Never fewer
# are taken for two people than this part of what is believed: EM cannot see them all.
BELIEVED_PAIRS = 10
LEAST_DOUBT = 0.05
# A name in two orders is as rare as in one. Counted, it would pass for common where its matches are: in lists that keep to no order.
SAME_BUT_FOR_ORDER = {"swapped": "same", "similar and swapped": "similar"}
# One record says only of which family it is, and lives where somebody of that family does: is it that person? As often as two of one family
# and one home, whose given names are both known, are one person. So much is believed before any are counted:
FAMILY_DOUBT = 0.5
ONE_FAMILY = ("same", "similar", "same family name, initial", "same family name, given name alike", "same family name, other given name")
OTHERS_OF_FAMILY = ("same family name, given name alike", "same family name, other given name")
# No single comparison may decide alone: no value is so reliable that it never changes or is never mistyped.
LEAST_M = 0.003


@dataclass
class Kind:
    """What one kind of likely pairs teaches: `share` of them are matches, `m` by comparison, `weight` known matches behind each.

    `doubt`: of the pairs that agree on what singles out a person, by level of EXCLUSIVE, the share that are two people.
    """

    name: str
    pairs: int
    share: float
    m: dict[str, np.ndarray]
    weight: dict[str, float]
    doubt: dict[tuple[str, str], float] = field(default_factory=dict)


@dataclass
class Lesson:
    """What came of learning: the model, and how many likely matches are behind it."""

    model: Model
    matches: float


def train(connection: DuckDBPyConnection, records: int, caps: dict[str, int], decided: str | None = None) -> Lesson:
    """A model for the records of table `people`; the shipped one if there is too little to learn from.

    `decided` is a table of stewards' decisions (action, left_record_id, right_record_id): in every kind that holds such a pair it is known
    and not guessed, and the pairs that are one person are a kind of their own.
    """
    labelled = observed.label(connection, decided)
    shipped = replace(models.prior().for_records(records), caps=caps)
    candidates = observed.candidates(connection)
    counted = {name: patterns for name in TRAINING if (patterns := observed.of_kind(connection, name)) is not None}
    told = _told(labelled, shipped.parameters)
    others = _others_of_family(counted.get("same street and house"))
    sample = observed.sampled(connection)
    seen = {name: _by_level(sample[0], sample[2], name) for name in NAMES}
    m, probability, doubts = {name: _arrays(shipped.parameters, name)[0] for name in NAMES}, shipped.probability, EXCLUSIVE
    # What is learnt tells how many matches there are in the sample of strangers, and so what strangers are like; then it is learnt again.
    for _ in range(ROUNDS):
        u = _strangers(seen, m, probability, shipped.parameters)
        _exclusive(u, candidates, records, shipped.parameters, doubts)
        kinds = [_teach(name, patterns, shipped.parameters, u) for name, patterns in counted.items()] + ([told] if told else [])
        doubts = EXCLUSIVE | {level: doubt for kind in kinds for level, doubt in kind.doubt.items()}
        matches = sum(kind.pairs * kind.share for kind in kinds)
        if matches < LEAST_MATCHES:
            log.info("Only %.0f likely matches to learn from: the shipped model is used", matches)
            return Lesson(_fitted(shipped, u, seen, sample, candidates, records, others), matches)
        m = {name: _pooled(name, kinds, shipped.parameters) for name in NAMES}
        parameters = _parameters(m, u, seen, shipped.parameters)
        _home_of_family(parameters, others, probability)
        probability = _matches(candidates, parameters, shipped.probability, records)
    for kind in kinds:
        log.info("%s: %.0f pairs, %.1f%% of them matches", kind.name, kind.pairs, 100 * kind.share)
    same_name = {kind.name: kind for kind in kinds}.get("same name")
    namesakes = observed.namesakes(connection, same_name.share) if same_name else 1.0
    return Lesson(Model("trained", records, float(f"{probability:.6g}"), models.rounded(parameters), settings_version(), namesakes, caps), matches)


def _fitted(shipped: Model, u: dict[str, np.ndarray], seen: dict[str, np.ndarray], sample: Counted, candidates: Counted, records: int, others: float) -> Model:
    """The shipped model among these records: how many of them match is reckoned from their own pairs. A list in which hardly anybody stands
    twice teaches nothing of matches, but all of strangers."""
    if records < 2:
        return shipped
    parameters = _common(shipped.parameters, sample)
    _home_of_family(parameters, others, shipped.probability)
    probability = _matches(candidates, parameters, shipped.probability, records)
    if records >= SAMPLE and probability < FEW_SHARE * shipped.probability:
        parameters = models.rounded(_parameters({name: _arrays(parameters, name)[0] for name in NAMES}, u, seen, parameters))
        probability = _matches(candidates, parameters, shipped.probability, records)
    return replace(shipped, parameters=parameters, probability=float(f"{max(probability, LEAST_SHARE * shipped.probability):.6g}"))


def _common(shipped: Parameters, sample: Counted) -> Parameters:
    """The shipped model where more strangers agree than elsewhere: all of one town, of one family, or with the date that a form writes.

    Strangers are those pairs of the sample that all else speaks against: where nothing else is known, equal names may as well be one person's.
    """
    patterns, _, counts = sample
    parameters = {name: {label: list(pair) for label, pair in shipped[name].items()} for name in NAMES}
    for _ in range(COMMON_ROUNDS):
        ratios = {name: m / u for name in NAMES for m, u in (_arrays(parameters, name),)}
        for name in NAMES:
            others = _evidence(patterns, {other: ratio for other, ratio in ratios.items() if other != name})
            found = _by_level(patterns, np.where(others < STRANGE, counts, 0), name)
            for here, label in enumerate(levels(name)):
                share = found[here] / max(found.sum(), 1)
                if found[here] >= COMMON_PAIRS and share > COMMON_TIMES * shipped[name][label][1] and (name, label) not in EXCLUSIVE:
                    parameters[name][label][1] = float(f"{share:.6g}")
    return parameters


def _parameters(m: dict[str, np.ndarray], u: dict[str, np.ndarray], seen: dict[str, np.ndarray], shipped: Parameters) -> Parameters:
    """m and u by level. A level that no two strangers show says what it says elsewhere: by how rare it is here, it would outweigh everything."""
    parameters: Parameters = {}
    for name in NAMES:
        parameters[name] = {}
        for level, label in enumerate(levels(name)):
            found = max(m[name][level], LEAST_M)
            by_m, by_u = shipped[name][label]
            elsewhere = not seen[name][level] and (name, label) not in EXCLUSIVE
            parameters[name][label] = [found, found * by_u / by_m if elsewhere else u[name][level]]
    for order, label in SAME_BUT_FOR_ORDER.items():
        m_by_order, (by_m, by_u) = parameters["name"][order][0], parameters["name"][label]
        parameters["name"][order][1] = m_by_order * by_u / by_m
    return parameters


def _others_of_family(at_home: Counted | None) -> float:
    """Of the pairs of one family at one home, both of whose given names are known, the share that are two people."""
    patterns, _, counts = at_home if at_home else (np.empty((0, len(NAMES)), dtype=np.int64), None, np.empty(0))
    level = patterns[:, NAMES.index("name")]

    def pairs(labels: tuple[str, ...]) -> float:
        return counts[np.isin(level, [levels("name").index(label) for label in labels])].sum()

    return (pairs(OTHERS_OF_FAMILY) + BELIEVED_PAIRS * FAMILY_DOUBT) / (pairs(ONE_FAMILY) + BELIEVED_PAIRS)


def _home_of_family(parameters: Parameters, others: float, probability: float) -> None:
    """Sets u so that name and address together, which say one thing here, leave the odds that are counted."""
    by_name = parameters["name"]["same family name only known"]
    address = parameters["address"][HOME_OF_FAMILY]
    u = min(address[0] * by_name[0] / by_name[1] * probability / (1 - probability) * others / (1 - others), 1.0)
    address[1] = float(f"{u:.6g}")


def _told(labelled: Counted, prior: Parameters) -> Kind | None:
    """What the pairs teach that stewards put together."""
    patterns, _, counts = labelled
    if not counts.sum():
        return None
    m, weight = _shown_by(patterns, LABEL_WEIGHT * counts, _start(prior, NAMES))
    return Kind("decided by stewards", int(counts.sum()), 1.0, m, weight)


def _start(prior: Parameters, names: list[str]) -> dict[str, np.ndarray]:
    """The shipped m of these comparisons, each adding up to one."""
    return {name: m / m.sum() for name in names for m in (_arrays(prior, name)[0],)}


def _by_level(patterns: np.ndarray, counts: np.ndarray, name: str) -> np.ndarray:
    """How many pairs show each level of a comparison, the weakest level first; those with nothing to compare are left out."""
    level = patterns[:, NAMES.index(name)]
    return np.bincount(level[level >= 0], counts[level >= 0], len(levels(name)))


def _shown_by(patterns: np.ndarray, matches: np.ndarray, start: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """m of each comparison among so many matches of each pattern, and how many were known to it; the shipped m counts as PRIOR_MATCHES more."""
    m, weight = {}, {}
    for name, shipped in start.items():
        found = _by_level(patterns, matches, name)
        weight[name] = found.sum()
        m[name] = (found + PRIOR_MATCHES * shipped) / (weight[name] + PRIOR_MATCHES)
    return m, weight


def _evidence(patterns: np.ndarray, ratios: dict[str, np.ndarray]) -> np.ndarray:
    """How many times likelier each pattern is among matches, from m / u by comparison and level."""
    product = np.ones(len(patterns))
    for name, ratio in ratios.items():
        level = patterns[:, NAMES.index(name)]
        product *= np.where(level >= 0, ratio[level], 1.0)
    return product


def _strangers(seen: dict[str, np.ndarray], m: dict[str, np.ndarray], probability: float, shipped: Parameters) -> dict[str, np.ndarray]:
    """u of each level among the pairs of the sample, less the matches that are among them by chance."""
    result = {}
    for name in NAMES:
        start = _arrays(shipped, name)[1]
        # A level nobody shows keeps the shipped u.
        rate = np.where(seen[name] > 0, (seen[name] + start) / (seen[name].sum() + 1), start)
        result[name] = np.maximum(rate - probability * m[name], 0.15 * rate)
    return result


def _arrays(parameters: Parameters, name: str) -> tuple[np.ndarray, np.ndarray]:
    """m and u of a comparison, the weakest level first."""
    m, u = zip(*(parameters[name][label] for label in levels(name)), strict=True)
    return np.array(m), np.array(u)


def _teach(kind: str, counted: Counted, prior: Parameters, u: dict[str, np.ndarray]) -> Kind:
    """EM among the pairs of one kind: which share are matches, and what matches look like apart from what chose them."""
    patterns, known, counts = counted
    pairs, chosen_by = counts.sum(), TRAINING[kind][1]
    free = [name for name in NAMES if name not in chosen_by]
    start = _start(prior, free)
    m, share, strangers = start, _believed(patterns, counts, chosen_by), u
    for _ in range(100):
        odds = share / (1 - share) * _evidence(patterns, {name: m[name] / strangers[name] for name in free})
        likely = np.where(np.isnan(known), odds / (1 + odds), known) * counts
        before, share = share, min(max(likely.sum() / pairs, 1e-4), 1 - 1e-4)
        m, weight = _shown_by(patterns, likely, start)
        related = {name: u[name] for name in RELATED.get(kind, ())}
        strangers = u | _shown_by(patterns, counts - likely, related)[0]
        if abs(share - before) < 1e-6:
            break
    return Kind(kind, pairs, share, m, weight, _doubts(patterns, counts, likely, chosen_by))


def _believed(patterns: np.ndarray, counts: np.ndarray, chosen_by: tuple[str, ...]) -> float:
    """The share of matches that EM starts from. Where little else is known of the pairs, any share explains them, and EM stays where it starts."""
    known = {levels(name).index(label): doubt for (name, label), doubt in EXCLUSIVE.items() if name in chosen_by}
    level = patterns[:, NAMES.index(chosen_by[0])]
    return 1 - sum(counts[level == here].sum() * known.get(here, 1 - LIKELY) for here in np.unique(level).tolist()) / counts.sum()


def _doubts(patterns: np.ndarray, counts: np.ndarray, matches: np.ndarray, chosen_by: tuple[str, ...]) -> dict[tuple[str, str], float]:
    """The share of two people among the pairs that agree."""
    doubts = {}
    for (name, label), believed in EXCLUSIVE.items():
        if name in chosen_by:
            agree = patterns[:, NAMES.index(name)] == levels(name).index(label)
            strangers = (counts - matches)[agree].sum()
            doubts[name, label] = max((strangers + BELIEVED_PAIRS * believed) / (counts[agree].sum() + BELIEVED_PAIRS), LEAST_DOUBT * believed)
    return doubts


def _pooled(name: str, kinds: list[Kind], prior: Parameters) -> np.ndarray:
    """m over all kinds that could teach it, each by the root of the number of matches behind it: a large kind must not drown the others."""
    start = _arrays(prior, name)[0]

    def pooled(chosen: list[Kind]) -> np.ndarray:
        total = sum((kind.weight[name] ** 0.5 * kind.m[name] for kind in chosen if name in kind.m), start * 1e-9)
        return total / total.sum()

    m = pooled(kinds)
    for (comparison, label), trusted in UNSHARED.items():
        if comparison == name:
            level = levels(name).index(label)
            share = pooled([kind for kind in kinds if kind.name in trusted])[level]
            m *= (1 - share) / (1 - m[level])
            m[level] = share
    return m


def _exclusive(
    u: dict[str, np.ndarray], candidates: tuple[np.ndarray, np.ndarray], records: int, shipped: Parameters, doubts: dict[tuple[str, str], float]
) -> None:
    """u of the levels that single out a person, from the pairs that agree and the share of them that is two people: see EXCLUSIVE."""
    patterns, counts = candidates
    for (name, label), doubt in doubts.items():
        level = levels(name).index(label)
        agreeing = counts[patterns[:, NAMES.index(name)] == level].sum()
        u[name][level] = agreeing * doubt / (records * (records - 1) / 2) if agreeing else shipped[name][label][1]


def _matches(candidates: tuple[np.ndarray, np.ndarray], parameters: Parameters, start: float, records: int) -> float:
    """The share of all pairs that are matches: what the candidates' own probabilities add up to."""
    patterns, counts = candidates
    ratio = _evidence(patterns, {name: m / u for name in NAMES for m, u in (_arrays(parameters, name),)})
    total, probability = records * (records - 1) / 2, start
    for _ in range(50):
        odds = ratio * probability / (1 - probability)
        probability = min(max((odds / (1 + odds) * counts).sum() / total, 1e-12), 0.05)
    return probability
