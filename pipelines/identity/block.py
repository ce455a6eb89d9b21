"""Which pairs are worth scoring: those that agree on a blocking key few records hold, and those a source declares equal.

Splink's own blocking knows no cap; here a value that too many records hold is skipped, and counted instead of silently lost.
A broad rule may bring only so many pairs for each record: its cap falls until it keeps to that, so that among few records it finds
what the narrow rules miss, and among millions it is left with its rare values. Caps belong to the model, so that tomorrow's run looks
at the same pairs as today's; a value that grows past its cap, or shrinks below it, has all its holders looked at again.
"""

from duckdb import DuckDBPyConnection

from pipelines.identity.settings import BLOCKING, BROAD, BROAD_PAIRS, CROWD, LEAST_BROAD_PAIRS

RULES = list(BLOCKING)
# Beside the rules: links that sources declare, rows equal to the letter, and pairs asked for to check a cluster.
DECLARED, TWINS, INSIDE = 0, 254, 255

# The rule is part of the hash, so that a key is one number.
# Of several keys of one record two may be equal.
KEYS = "\nunion all\n".join(
    f"select {'distinct ' if 'unnest' in expression else ''}cast({position} as utinyint) as rule, hash({position}, key) as key, n "
    f"from (select n, cast({expression} as varchar) as key from rescored where n = leader) as keyed where key is not null"
    for position, expression in enumerate(BLOCKING.values(), start=1)
)

# How many records may hold a value, by rule.
CAPS = """
with

counted as (select rule, key, count(*) as records from new_keys group by rule, key having count(*) > 1),

sizes as (select rule, records, count(*) as values_held from counted group by rule, records),

running as (select rule, records, sum(values_held * records * (records - 1) / 2) over (partition by rule order by records) as pairs from sizes)

select numbers.rule, coalesce(min(running.records) filter (where running.pairs > $budget and list_contains($broad, numbers.rule)) - 1, $crowd)
from (select unnest(range(1, $rules + 1)) as rule) as numbers
left join running on numbers.rule = running.rule and running.records <= $crowd
group by numbers.rule order by numbers.rule
"""

# The keys that come or go in this run. Of a value that was skipped, and is still held by too many, nobody needs to know who holds it.
ASKED = """
create or replace temp table asked_keys as
with

moved as (

    select rule, key, 1 as step from new_keys
    union all
    select keys.rule, keys.key, -1 from was.keys as keys semi join outdated on keys.n = outdated.n

)

select any_value(moved.rule) as rule, moved.key, any_value(crowds.records) + sum(moved.step) as crowd
from moved
left join was.crowds as crowds on moved.key = crowds.key
group by moved.key
"""
# Those that matter, with all who hold them or did: the state is read once, for it is a hundred times as large.
HELD = """
create or replace temp table held_keys as
with

asked as (

    select asked_keys.key from asked_keys inner join caps on asked_keys.rule = caps.rule
    where asked_keys.crowd is null or asked_keys.crowd <= caps.cap

)

select keys.rule, keys.key, keys.n, true as was, outdated.n is null as is_now
from was.keys as keys
semi join asked on keys.key = asked.key
left join outdated on keys.n = outdated.n
union all
select rule, key, n, false, true from new_keys semi join asked on new_keys.key = asked.key
"""

# Holders of a value that has crossed its cap since the last run.
CROSSED = """
create or replace temp table again as
with

crossed as (

    select held.key
    from held_keys as held
    inner join caps on held.rule = caps.rule
    group by held.key, caps.cap
    having count(*) filter (where was) > 0 and count(*) filter (where is_now) > 0
        and (count(*) filter (where was) <= caps.cap) <> (count(*) filter (where is_now) <= caps.cap)

)

select n from rescored
union
select n from held_keys as held semi join crossed on held.key = crossed.key where is_now
"""

# Those holders have other keys too.
FURTHER = """
create or replace temp table further_keys as
with

asked as (

    select distinct keys.key
    from was.keys as keys
    semi join (select n from again anti join rescored using (n)) as others on keys.n = others.n
    anti join held_keys as known on keys.key = known.key
    anti join was.crowds as crowds on keys.key = crowds.key

)

select keys.rule, keys.key, keys.n, true as was, true as is_now
from was.keys as keys
semi join asked on keys.key = asked.key
"""
HELD_BY_ALL = "insert into held_keys select * from further_keys"

HELD_NOW = "(select rule, key, n from held_keys where is_now)"
SIZES = (
    "create or replace temp table key_sizes as select any_value(rule) as rule, key, count(*) as records from {held} as keys group by key having count(*) > 1"
)

# Values that too many hold, and how many: as they are now, of those that this run looked at.
CROWDS = """
create or replace temp table new_crowds as
select key_sizes.key, key_sizes.records from key_sizes inner join caps on key_sizes.rule = caps.rule where key_sizes.records > caps.cap
"""
STILL_CROWDS = """
insert into new_crowds
select asked_keys.key, asked_keys.crowd from asked_keys inner join caps on asked_keys.rule = caps.rule where asked_keys.crowd > caps.cap
"""

# Every pair has one end at least among the records that are scored again.
PAIRS = f"""
create or replace temp table blocked_pairs as
with

few as (

    select key_sizes.key from key_sizes inner join caps on key_sizes.rule = caps.rule where key_sizes.records <= caps.cap

),

held as (select keys.rule, keys.key, keys.n from {{held}} as keys semi join few on keys.key = few.key),

pairs as (

    {{held_pairs}}
    union all
    select {DECLARED}, least(l.n, r.n), greatest(l.n, r.n)
    from intermediate.int_links as links
    inner join people as l on links.left_record_id = l.record_id
    inner join people as r on links.right_record_id = r.record_id
    where l.n <> r.n and (l.n in (select n from again) or r.n in (select n from again))
    union all
    select {TWINS}, least(people.n, people.leader), greatest(people.n, people.leader)
    from people where people.n <> people.leader and (people.n in (select n from again) or people.leader in (select n from again))

)

select cast(min(rule) as utinyint) as rule, n_l, n_r from pairs group by n_l, n_r
"""
# Whose pairs these are is known before the join, which otherwise pairs all holders and then leaves most of the pairs out.
HELD_PAIRS = """(
        with mine as materialized (select held.rule, held.key, held.n from held semi join again on held.n = again.n)
        select l.rule, least(l.n, r.n) as n_l, greatest(l.n, r.n) as n_r
        from mine as l
        inner join held as r on l.key = r.key and l.n <> r.n
    )"""
ALL_HELD_PAIRS = """select l.rule, l.n as n_l, r.n as n_r
    from held as l
    inner join held as r on l.key = r.key and l.n < r.n"""

REPORT = """
create or replace temp table new_blocking as
select
    names.rule,
    any_value(caps.cap) as cap,
    count(*) filter (where sizes.records <= caps.cap) as keys_used,
    coalesce(sum(sizes.records * (sizes.records - 1) / 2) filter (where sizes.records <= caps.cap), 0) as pairs,
    count(sizes.key) filter (where sizes.records > caps.cap) as keys_skipped,
    coalesce(max(sizes.records) filter (where sizes.records > caps.cap), 0) as largest_skipped
from (select unnest($rules) as rule, unnest(range(1, len($rules) + 1)) as number) as names
left join key_sizes as sizes on names.number = sizes.rule
inner join caps on names.number = caps.rule
group by names.number, names.rule
order by names.number
"""


def make_keys(connection: DuckDBPyConnection) -> None:
    """Makes `new_keys`, those of the rows that are scored again."""
    connection.execute(f"create or replace temp table new_keys as {KEYS}").fetchall()


def fit_caps(connection: DuckDBPyConnection, records: int) -> dict[str, int]:
    """How many records may hold a value, by rule, from the keys of a full run."""
    budget = max(BROAD_PAIRS * records, LEAST_BROAD_PAIRS)
    rows = connection.execute(CAPS, {"crowd": CROWD, "budget": budget, "rules": len(RULES), "broad": [RULES.index(name) + 1 for name in BROAD]}).fetchall()
    return {RULES[rule - 1]: cap for rule, cap in rows}


def block(connection: DuckDBPyConnection, caps: dict[str, int], *, everything: bool) -> None:
    """Makes `blocked_pairs` (rule, n_l, n_r), `again` (n: whose pairs these are) and `new_crowds` (key, records: held by more than the cap)."""
    connection.execute(
        "create or replace temp table caps as select unnest($rules) as rule, unnest($caps) as cap",
        {"rules": [RULES.index(name) + 1 for name in caps], "caps": list(caps.values())},
    ).fetchall()
    held = "new_keys" if everything else HELD_NOW
    if everything:
        connection.execute("create or replace temp table again as select n from rescored").fetchall()
    else:
        connection.execute(ASKED).fetchall()
        connection.execute(HELD).fetchall()
        connection.execute(CROSSED).fetchall()
        if connection.execute("select count(*) from again anti join rescored using (n)").fetchall()[0][0]:
            connection.execute(FURTHER).fetchall()
            connection.execute(HELD_BY_ALL).fetchall()
    connection.execute(SIZES.format(held=held)).fetchall()
    connection.execute(CROWDS).fetchall()
    if everything:
        connection.execute(REPORT, {"rules": RULES}).fetchall()
    else:
        connection.execute(STILL_CROWDS).fetchall()
    connection.execute(PAIRS.format(held=held, held_pairs=ALL_HELD_PAIRS if everything else HELD_PAIRS)).fetchall()


def rule_numbers() -> list[int]:
    """Of all that may bring a pair."""
    return [DECLARED, *range(1, len(RULES) + 1), TWINS, INSIDE]


def rule_name(number: int) -> str:
    """What brought a pair, in words."""
    return {DECLARED: "declared", TWINS: "equal rows", INSIDE: "inside"}.get(number) or RULES[number - 1]
