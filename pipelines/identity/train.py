"""Fitting a model without labels: u from pairs of strangers, m by expectation maximisation on several blocking rules.

Refuses to learn from too little and hands back the shipped model instead. Deterministic: the sample is chosen by hash, one thread.
Saving stays out: see `model.py`.
"""

import logging

from duckdb import DuckDBPyConnection
from splink import Linker

from pipelines.identity import model as models
from pipelines.identity.model import Model, Parameters
from pipelines.identity.people import SET_COLUMNS
from pipelines.identity.score import linker
from pipelines.identity.settings import COMPARISONS, EXCLUSIVE, TRAINING_RULES, settings_version

log = logging.getLogger(__name__)

# Below this many pairs that are almost surely matches, EM fits noise.
LEAST_MATCHES = 400
LEAST_PAIRS = 300
# All pairs of this many records are two million: below it u of rare levels is noise, above it only time is lost.
SAMPLE = 2000
EM_PAIRS = 1_000_000
# What the sure pairs below find of all matches. A guess, and one that costs little: twice as many matches is one bit.
RECALL_OF_SURE = 0.8
# No single comparison may decide alone: no value is so reliable that it never changes or is never mistyped.
LEAST_M = 0.003

COLUMNS = ("given_name_key", "family_name_key", "additional_name_key", "name_key", "birth_date", "birth_year", "birth_month", "birth_day",
           "street_key", "locality_key", *SET_COLUMNS)  # fmt: skip


def _case(name: str) -> str:
    """The label of the level two records agree on."""
    branches = " ".join(f"when {condition} then '{label}'" for label, condition in COMPARISONS[name] if condition != "else")
    return f"case {branches} else '{COMPARISONS[name][-1][0]}' end as {name}"


AGREEMENTS = f"""
create or replace temp table agreements as
with

sides as (

    select {", ".join(f"l.{column} as {column}_l, r.{column} as {column}_r" for column in COLUMNS)}
    from blocked_pairs as pairs
    inner join people as l on pairs.join_key_l = l.record_id
    inner join people as r on pairs.join_key_r = r.record_id

)

select {", ".join(_case(name) for name in COMPARISONS)} from sides
"""

SURE = """
select count(*) from agreements
where email = 'share a private one' or phone = 'share a private one' or account = 'share one'
    or (name = 'same' and birth_date = 'same') or (name = 'same' and address = 'same street and house')
"""


def train(connection: DuckDBPyConnection, records: int) -> Model:
    """A model for the records of table `people` and the pairs of table `blocked_pairs`."""
    connection.execute(AGREEMENTS).fetchall()
    sure = connection.execute(SURE).fetchall()[0][0]
    shipped = models.prior().for_records(records)
    if sure < LEAST_MATCHES:
        log.info("Only %s sure matches: the shipped model is used", sure)
        return shipped
    threads = connection.execute("select current_setting('threads')").fetchall()[0][0]
    connection.execute("set threads = 1").fetchall()
    try:
        return _fit(connection, records, sure, shipped)
    finally:
        connection.execute(f"set threads = {threads}").fetchall()


def _fit(connection: DuckDBPyConnection, records: int, sure: int, shipped: Model) -> Model:
    total = records * (records - 1) / 2
    probability = float(f"{sure / RECALL_OF_SURE / total:.6g}")
    strangers = _strangers(connection, probability, shipped.parameters)
    for (name, label), doubt in EXCLUSIVE.items():
        agreeing = connection.execute(f"select count(*) from agreements where {name} = $label", {"label": label}).fetchall()[0][0]
        strangers[name][label] = agreeing * doubt / total if agreeing else shipped.parameters[name][label][1]
    start = {name: {label: [shipped.parameters[name][label][0], u] for label, u in levels.items()} for name, levels in strangers.items()}
    fitted = _expectation_maximisation(connection, start, probability)
    return Model("trained", records, probability, models.rounded(fitted), settings_version())


def _strangers(connection: DuckDBPyConnection, probability: float, known: Parameters) -> dict[str, dict[str, float]]:
    """u of each level among the pairs of a sample, less the matches that are among them by chance."""
    connection.execute(f"create or replace temp table u_sample as select * from people order by md5(record_id), record_id limit {SAMPLE}").fetchall()
    with linker(connection, None, probability, "u_sample") as (splink, _):
        splink.training.estimate_u_using_random_sampling(max_pairs=SAMPLE * SAMPLE, seed=1, min_count_per_level=None, num_chunks=1)
        seen = _fitted(splink)
    return {name: {label: _less_matches(seen[name][label][1] or u, probability * m) for label, (m, u) in levels.items()} for name, levels in known.items()}


def _less_matches(seen: float, matches: float) -> float:
    return max(seen - matches, 0.15 * seen)


def _expectation_maximisation(connection: DuckDBPyConnection, start: Parameters, probability: float) -> Parameters:
    """m averaged over the rules that could teach it; a level no rule has seen keeps the shipped one."""
    lessons = [lesson for rule in TRAINING_RULES if (lesson := _lesson(connection, rule, start, probability))]
    return {
        name: {label: [max(_mean([lesson[name][label][0] for lesson in lessons]) or m, LEAST_M), u] for label, (m, u) in levels.items()}
        for name, levels in start.items()
    }


def _lesson(connection: DuckDBPyConnection, rule: str, start: Parameters, probability: float) -> dict | None:
    """What one rule teaches, on a linker of its own: a session that fails half-way would spoil the others."""
    if _pairs(connection, TRAINING_RULES[rule]) < LEAST_PAIRS:
        log.info("No training on %s: fewer than %s pairs", rule, LEAST_PAIRS)
        return None
    with linker(connection, start, probability) as (splink, _):
        try:
            splink.training.estimate_parameters_using_expectation_maximisation(
                TRAINING_RULES[rule], estimate_without_term_frequencies=True, max_pairs=EM_PAIRS, record_sample_proportion=1.0
            )
        except ValueError as error:  # Splink gives up when a probability falls to nothing.
            log.warning("No training on %s: %s", rule, error)
            return None
        return _fitted(splink)


def _mean(values: list[float | None]) -> float | None:
    seen = [value for value in values if value is not None]
    return sum(seen) / len(seen) if seen else None


def _pairs(connection: DuckDBPyConnection, rule: str) -> int:
    """How many pairs a rule finds, counted no further than needed."""
    query = f"select 1 from people as l inner join people as r on {rule} and l.record_id < r.record_id limit {LEAST_PAIRS}"
    return connection.execute(f"select count(*) from ({query}) as found").fetchall()[0][0]


def _fitted(splink: Linker) -> dict[str, dict[str, list[float | None]]]:
    """m and u by comparison and level, None where Splink saw no example and would put in a default."""
    return {
        comparison.output_column_name: {
            level.label_for_charts: [
                level.m_probability if level._has_estimated_m_values else None,
                level.u_probability if level._has_estimated_u_values else None,
            ]
            for level in comparison.comparison_levels
            if not level.is_null_level
        }
        for comparison in splink._settings_obj.core_model_settings.comparisons
    }
