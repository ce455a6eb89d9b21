"""What is seen in the data, counted by pattern of levels: the pairs of a kind, those decided by stewards, a sample of strangers, the candidates.

Each is compared once and counted; what follows from the counts is `train.py`. Deterministic: samples are chosen by hash.
"""

import logging

import numpy as np
from duckdb import DuckDBPyConnection

from pipelines.identity import compare
from pipelines.identity.comparisons import COMPARISONS
from pipelines.identity.settings import CROWD, TRAINING

log = logging.getLogger(__name__)

# How many pairs show each pattern: the levels, one row each; 1, 0 or not-a-number for what a steward decided; the counts.
Counted = tuple[np.ndarray, np.ndarray, np.ndarray]

LEAST_PAIRS = 100
# All pairs of this many records are half a million: below it u of rare levels is noise, above it only time is lost.
SAMPLE = 1000
# Pairs of one kind that EM learns from.
KIND_PAIRS = 200_000

NAMES = list(COMPARISONS)

# The pairs that something is learnt from, and what comparing asks of their records.
PAIRS = "create or replace temp table learnt_pairs as {pairs}"
RECORDS = f"""
create or replace temp table learnt_records as
select n, {compare.record()} from people semi join (select n_l as n from learnt_pairs union all select n_r from learnt_pairs) as ends on people.n = ends.n
"""
ENDS = "learnt_pairs as pairs inner join learnt_records as l on pairs.n_l = l.n inner join learnt_records as r on pairs.n_r = r.n"
# How many pairs show which level of each comparison: numbers as Splink counts them, -1 where there is nothing to compare.
# The last column says what a steward decided of the pair, null if nothing.
PATTERNS = f"""
select {", ".join(compare.GAMMAS)}, cast(is_match as integer) as decided, count(*)
from ({compare.query(ENDS, is_match="is_match")}) as compared
group by all order by all
"""

# A value is in the sample or not as a whole: within it every pair is seen, so that shares are true to the data.
KIND = """
create or replace temp table kind_pairs as
with

keyed as (select n, key from (select n, cast({expression} as varchar) as key from people) as keyed where key is not null),

held as (select key, count(*) as records from keyed group by key having count(*) between 2 and {crowd}),

sizes as (select key, sum(records * (records - 1) / 2) over (order by md5(key), key) as pairs_so_far from held),

chosen as (select key from sizes where pairs_so_far <= {most})

select distinct l.n as n_l, r.n as n_r
from keyed as l
inner join keyed as r on l.key = r.key and l.n < r.n
where l.key in (select key from chosen)
"""
OF_KIND = "select n_l, n_r, is_match from kind_pairs left join labels using (n_l, n_r)"
OF_LABELS = "select n_l, n_r, is_match from labels where is_match"
LABELS = """
create or replace temp table labels as
select distinct least(l.n, r.n) as n_l, greatest(l.n, r.n) as n_r, decided.action = 'must_link' as is_match
from {decided} as decided
inner join people as l on decided.left_record_id = l.record_id
inner join people as r on decided.right_record_id = r.record_id
where l.n <> r.n
"""
CANDIDATES = "select n_l, n_r, null as is_match from blocked_pairs order by hash(n_l, n_r) limit 200000"
OF_SAMPLE = "select l.n as n_l, r.n as n_r, null as is_match from u_sample as l inner join u_sample as r on l.n < r.n"
# Both sums over all pairs of named records: how many share their name, and how many would by the frequencies of its parts.
NAMESAKES = """
with

named as (select given_name_key, family_name_key, name_key from people where name_key is not null),

given as (select given_name_key, count(*) as given_names from (select distinct given_name_key, family_name_key from named) as names group by given_name_key),

family as (select family_name_key, count(*) as family_names from (select distinct given_name_key, family_name_key from named) as names group by family_name_key),

names as (select name_key, any_value(given_name_key) as given_name_key, any_value(family_name_key) as family_name_key, count(*) as records from named group by name_key)

select
    sum(records * (records - 1) / 2),
    sum(records) * sum(records) / 2 * sum(records * 2.0 * given_names * family_names) / sum(records) / power((select count(*) from names), 2)
from names
inner join given on names.given_name_key = given.given_name_key
inner join family on names.family_name_key = family.family_name_key
where records <= {crowd}
"""


def label(connection: DuckDBPyConnection, decided: str | None) -> Counted:
    """The patterns among the pairs that stewards put together; makes `labels`, of which every other count knows what was decided."""
    nothing = "(select '' as action, '' as left_record_id, '' as right_record_id where false)"
    connection.execute(LABELS.format(decided=decided or nothing)).fetchall()
    return _counted(connection, OF_LABELS)


def of_kind(connection: DuckDBPyConnection, kind: str) -> Counted | None:
    """The patterns of levels among the pairs of one kind; None if they are too few to learn from."""
    connection.execute(KIND.format(expression=TRAINING[kind][0], crowd=CROWD, most=KIND_PAIRS)).fetchall()
    counted = _counted(connection, OF_KIND)
    if counted[2].sum() < LEAST_PAIRS:
        log.info("Nothing is learnt from %s: fewer than %s pairs", kind, LEAST_PAIRS)
        return None
    return counted


def sampled(connection: DuckDBPyConnection) -> Counted:
    """The patterns among all pairs of a sample of records: nearly all are strangers."""
    connection.execute(f"create or replace temp table u_sample as select n from people order by md5(record_id), record_id limit {SAMPLE}").fetchall()
    return _counted(connection, OF_SAMPLE)


def candidates(connection: DuckDBPyConnection) -> tuple[np.ndarray, np.ndarray]:
    """The patterns among the pairs that will be scored, counted in a sample and scaled up."""
    patterns, _, counts = _counted(connection, CANDIDATES)
    pairs = connection.execute("select count(*) from blocked_pairs").fetchall()[0][0]
    return patterns, counts * (pairs / max(counts.sum(), 1))


def _counted(connection: DuckDBPyConnection, pairs: str) -> Counted:
    """The patterns of levels among pairs, one row each; 1, 0 or not-a-number for what a steward decided; how many pairs show them."""
    connection.execute(PAIRS.format(pairs=pairs)).fetchall()
    connection.execute(RECORDS).fetchall()
    rows = np.array(connection.execute(PATTERNS).fetchall(), dtype=float).reshape(-1, len(NAMES) + 2)
    return rows[:, :-2].astype(np.int64), rows[:, -2], rows[:, -1]


def namesakes(connection: DuckDBPyConnection, share: float) -> float:
    """How many times more namesakes there are than chance makes; `share` of the pairs with equal names are one person."""
    pairs, by_chance = connection.execute(NAMESAKES.format(crowd=CROWD)).fetchall()[0]
    found = pairs * (1 - share) / by_chance
    log.info("Namesakes: %.2f times as many as by chance", found)
    return float(f"{min(max(found, 0.5), 4.0):.3g}")
