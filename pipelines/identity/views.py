"""What analysts and stewards ask of the identity tables, as views over them: nothing is copied, nothing can go stale.

`identity.pairs` is every scored pair with its evidence; `identity.pair_evidence` takes a match weight apart; `identity.review_queue` puts
the open questions in the order in which they matter.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity.block import rule_name, rule_numbers
from pipelines.identity.comparisons import COMPARISONS, levels
from pipelines.identity.model import Model
from pipelines.identity.overrides import exists
from pipelines.identity.score import evident

PRIOR = "before looking"
NOTHING = "nothing to compare"


def _texts(words: list[str]) -> str:
    return "[" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + "]"


_PARTS = ", ".join(
    f"struct_pack(comparison := '{name}', level := coalesce(({_texts(levels(name))})[gamma_{name} + 1], '{NOTHING}'), bits := coalesce(mw_{name}, 0))"
    for name in COMPARISONS
)
_PRIOR = "match_weight - (" + " + ".join(f"coalesce(mw_{name}, 0)" for name in COMPARISONS) + ")"

# A pair is kept by numbers; the smaller record id stands left.
PAIRS = f"""
select
    least(l.record_id, r.record_id) as left_record_id,
    greatest(l.record_id, r.record_id) as right_record_id,
    pairs.match_weight,
    pairs.match_probability,
    case pairs.rule {{rules}} end as rule,
    {", ".join(f"pairs.gamma_{name}, pairs.mw_{name}" for name in COMPARISONS)},
    pairs.decision,
    pairs.reason
from {{pairs}} as pairs
inner join {{people}} as l on pairs.n_l = l.n
inner join {{people}} as r on pairs.n_r = r.n
"""

# Over any table of scored pairs: the view's own, or one pair that was scored to be explained.
EVIDENCE = f"""
select
    left_record_id,
    right_record_id,
    unnest([struct_pack(comparison := 'prior', level := '{PRIOR}', bits := {_PRIOR}), {_PARTS}], recursive := true)
from {{pairs}}
"""

# Two customers are one question, however many of their records are alike: it is asked by the strongest pair.
# What is at stake is what would change hands if they were joined: the records and orders of the smaller side. A pair that is refused
# although its evidence is strong is as open as a question can be; of the others the entropy of the probability tells how open.
QUEUE = """
with

decided as (

    select least(l.customer_id, r.customer_id) as customer_id, greatest(l.customer_id, r.customer_id) as other_customer_id
    from identity.override_outcomes as outcomes
    inner join identity.record_customers as l on outcomes.left_record_id = l.record_id
    inner join identity.record_customers as r on outcomes.right_record_id = r.record_id
    where outcomes.action = 'cannot_link'

),

waiting as (

    select
        l.customer_id as left_customer_id,
        r.customer_id as right_customer_id,
        pairs.left_record_id,
        pairs.right_record_id,
        pairs.match_weight,
        pairs.match_probability,
        pairs.reason,
        greatest(least(pairs.match_probability, 1 - 1e-9), 1e-9) as p,
        row_number() over (
            partition by least(l.customer_id, r.customer_id), greatest(l.customer_id, r.customer_id)
            order by pairs.match_weight desc, pairs.left_record_id, pairs.right_record_id
        ) as place,
        count(*) over (partition by least(l.customer_id, r.customer_id), greatest(l.customer_id, r.customer_id)) as pair_count
    from identity.pairs as pairs
    inner join identity.record_customers as l on pairs.left_record_id = l.record_id
    inner join identity.record_customers as r on pairs.right_record_id = r.record_id
    anti join decided
        on least(l.customer_id, r.customer_id) = decided.customer_id and greatest(l.customer_id, r.customer_id) = decided.other_customer_id
    where pairs.decision = 'review'

),

orders as ({orders}),

stakes as (

    select records.customer_id, count(*) as record_count, cast(coalesce(sum(orders.order_count), 0) as bigint) as order_count
    from identity.record_customers as records
    left join orders on records.record_id = orders.record_id
    where records.customer_id in (select left_customer_id from waiting union select right_customer_id from waiting)
    group by records.customer_id

)

select
    waiting.left_record_id,
    waiting.right_record_id,
    waiting.left_customer_id,
    waiting.right_customer_id,
    waiting.pair_count,
    waiting.match_weight,
    waiting.match_probability,
    waiting.reason,
    l.record_count as left_record_count,
    r.record_count as right_record_count,
    l.order_count as left_order_count,
    r.order_count as right_order_count,
    case when waiting.reason = 'not sure' then -(p * log2(p) + (1 - p) * log2(1 - p)) else 1.0 end as uncertainty,
    round(least(l.record_count + l.order_count, r.record_count + r.order_count) * uncertainty, 3) as effect
from waiting
inner join stakes as l on waiting.left_customer_id = l.customer_id
inner join stakes as r on waiting.right_customer_id = r.customer_id
where waiting.place = 1
order by effect desc, waiting.match_weight desc, waiting.left_record_id, waiting.right_record_id
"""
ORDERS = "select record_id, count(*) as order_count from intermediate.int_orders where record_id is not null group by record_id"
NO_ORDERS = "select '' as record_id, 0 as order_count where false"

COMMENTS = {
    "pairs": "One row per pair of records that was scored, with what each comparison came to and what was decided; kept as numbers in schema matching.",
    "pair_evidence": "One row per pair and comparison: the level it came to and the bits it adds; the row prior is where every pair starts. "
    "The bits of a pair add up to its match_weight in identity.pairs.",
    "review_queue": "One row per two customers that may be one, named by their most alike records; the decision with most effect first. "
    "effect is the number of records and orders of the smaller side times how open the question is (0..1).",
}


def there(connection: DuckDBPyConnection) -> bool:
    return all(exists(connection, "identity", name) for name in COMMENTS)


def pairs(model: Model, table: str, people: str) -> str:
    """The pairs of a table as people read them: by record ids, with the bits that this model gives to each level."""
    rules = " ".join(f"when {number} then '{rule_name(number)}'" for number in rule_numbers())
    return PAIRS.format(rules=rules, pairs=evident(model, table), people=people)


def create(connection: DuckDBPyConnection, model: Model) -> None:
    """Makes the views, or makes them anew: levels and their words belong to the settings, their bits to the model."""
    queue = QUEUE.format(orders=ORDERS if exists(connection, "intermediate", "int_orders") else NO_ORDERS)
    for name, query in (
        ("pairs", pairs(model, "matching.pairs", "matching.people")),
        ("pair_evidence", EVIDENCE.format(pairs="identity.pairs")),
        ("review_queue", queue),
    ):
        connection.execute(f"create or replace view warehouse.identity.{name} as {query}").fetchall()
        connection.execute(f"comment on view warehouse.identity.{name} is '{COMMENTS[name]}'").fetchall()
