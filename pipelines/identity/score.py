"""Match weights of pairs, from the levels that `compare.py` finds and a fitted model. What follows from a weight is decided in `resolve.py`.

The arithmetic is Splink's, number by number: base-2 logarithms of m / u added up, the rarity of a name in the place of its u. The
statement is our own, for Splink's carries every compared value of every pair through to the end; a test holds the two against each other.
A scored pair is kept as numbers: the level of each comparison, and of the bits only those that do not follow from it.
"""

import math
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipelines.identity import compare
from pipelines.identity.comparisons import COMPARISONS, FREQUENCY_LEVEL, levels
from pipelines.identity.model import Model

# Pulls the frequency of a name towards a typical one by as much as this many names would: a small company's counts say little.
SMOOTHING = {"given": (500, 0.005), "family": (500, 0.0005)}
# No name counts as rarer than this.
LEAST_FREQUENCY = 1e-7

# The comparison whose bits depend on more than its level, and so have to be kept.
BY_NAME = FREQUENCY_LEVEL[0]

# Half of all people cannot bear a given name, for it is a woman's or a man's; that is the factor 2.
RECORDS = f"""
create or replace temp table compared as
with

counts as (select * from read_parquet('{{file}}')),

totals as (select part, sum(names) as total from counts group by part)

select
    people.n, people.name_key, {compare.record()},
    case when people.name_key is not null then
        {{namesakes}} * 2
        * (coalesce(given.names, 0) + {{given_weight}} * {{given_typical}}) / (coalesce((select total from totals where part = 'given'), 0) + {{given_weight}})
        * (coalesce(family.names, 0) + {{family_weight}} * {{family_typical}}) / (coalesce((select total from totals where part = 'family'), 0) + {{family_weight}})
    end as tf_name_key
from people
semi join (select n_l as n from {{pairs}} union all select n_r from {{pairs}}) as ends on people.n = ends.n
left join counts as given on given.part = 'given' and given.key = people.given_name_key
left join counts as family on family.part = 'family' and family.key = people.family_name_key
"""
SCORED = f"""
select
    n_l, n_r, cast(rule as utinyint) as rule,
    {{prior}} + bits_{BY_NAME} + rarity + {" + ".join(f"bits_{name}" for name in COMPARISONS if name != BY_NAME)} as match_weight,
    bits_{BY_NAME} + rarity as mw_{BY_NAME},
    {", ".join(compare.GAMMAS)}
from (select *, {{bits}}, {{rarity}} as rarity from ({{compared}}) as levels) as weighed
"""
# For large weights and small ones apart, so that no power overflows.
PROBABILITY = (
    "case when match_weight >= 0 then 1.0 / (1.0 + power(cast(2 as float8), -match_weight)) "
    "else power(cast(2 as float8), match_weight) / (1.0 + power(cast(2 as float8), match_weight)) end"
)
ENDS = "inner join compared as l on pairs.n_l = l.n inner join compared as r on pairs.n_r = r.n"


def bits(model: Model, name: str) -> str:
    """The bits that a comparison adds, by the level it came to."""
    found = (f"when {number} then {_number(math.log2(m / u))}" for number, label in enumerate(levels(name)) for m, u in (model.parameters[name][label],))
    return f"case gamma_{name} {' '.join(found)} else {_number(0.0)} end"


def evident(model: Model, table: str) -> str:
    """The scored pairs of a table with all that follows from their levels: the bits of each comparison and the match probability."""
    others = ", ".join(f"{bits(model, name)} as mw_{name}" for name in COMPARISONS if name != BY_NAME)
    return f"(select *, {others}, {PROBABILITY} as match_probability from {table})"


def score(connection: DuckDBPyConnection, model: Model, names: Path, pairs: str, into: str) -> None:
    """Scores the pairs of table `pairs` (rule, n_l, n_r) into the temporary table `into`; `names` are the frequencies pinned with the model."""
    gather(connection, model, names, pairs)
    query = SCORED.format(
        prior=_number(math.log2(model.probability / (1 - model.probability))),
        bits=", ".join(f"{bits(model, name)} as bits_{name}" for name in COMPARISONS),
        rarity=_rarity(model),
        compared=compare.query(f"{pairs} as pairs {ENDS}", rule="rule", n_l="n_l", n_r="n_r", tf_name_key="l.tf_name_key"),
    )
    connection.execute(f"create or replace temp table {into} as {query}").fetchall()
    connection.execute("drop table compared").fetchall()


def gather(connection: DuckDBPyConnection, model: Model, names: Path, pairs: str) -> None:
    """Makes `compared`: the records at the ends of these pairs, and how frequent the name of each is."""
    weights = {f"{part}_{word}": number for part, pair in SMOOTHING.items() for word, number in zip(("weight", "typical"), pair, strict=True)}
    connection.execute(RECORDS.format(file=names, pairs=pairs, namesakes=model.namesakes, **weights)).fetchall()


def _rarity(model: Model) -> str:
    """What a name adds that is rarer than the model's average, or takes away if it is commoner. Equal names have one frequency."""
    name, label = FREQUENCY_LEVEL
    average = _number(math.log2(model.parameters[name][label][1]))
    rarer = f"{average} - log2(greatest(tf_name_key, {_number(LEAST_FREQUENCY)}))"
    return f"case when gamma_{name} = {levels(name).index(label)} and tf_name_key is not null then {rarer} else {_number(0.0)} end"


def _number(value: float) -> str:
    """A double as Splink writes it: DuckDB takes a bare number for a decimal."""
    return f"cast({value} as float8)"
