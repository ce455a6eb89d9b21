"""Which pairs are worth scoring: those that agree on a blocking key few records hold, and those a source declares equal.

Splink's own blocking knows no cap; here a value that too many records hold is skipped, and counted instead of silently lost.
An increment would keep only the pairs that touch a changed record: the keys, and so the pairs, are the same either way.
"""

import logging

from duckdb import DuckDBPyConnection

from pipelines.identity.settings import BLOCK_CAP, BLOCKING

log = logging.getLogger(__name__)

KEYS = "\nunion all\n".join(
    f"select {position} as rule, record_id, key from (select record_id, cast({expression} as varchar) as key from people) as keyed where key is not null"
    for position, expression in enumerate(BLOCKING.values(), start=1)
)

# Rule 0 is "declared": a link is scored too, so that it can be explained, although it binds whatever its score.
PAIRS = """
create or replace temp table blocked_pairs as
with

common as (

    select rule, key, count(*) as records from blocking_keys group by rule, key having count(*) between 2 and $cap

),

held as (

    select blocking_keys.rule, blocking_keys.key, blocking_keys.record_id
    from blocking_keys
    inner join common on blocking_keys.rule = common.rule and blocking_keys.key = common.key

),

pairs as (

    select l.rule, l.record_id as join_key_l, r.record_id as join_key_r
    from held as l
    inner join held as r on l.rule = r.rule and l.key = r.key and l.record_id < r.record_id
    union all
    select 0, links.left_record_id, links.right_record_id
    from intermediate.int_links as links
    where links.left_record_id in (select record_id from people) and links.right_record_id in (select record_id from people)

)

select cast(min(rule) as varchar) as match_key, join_key_l, join_key_r
from pairs
where join_key_l < join_key_r
group by join_key_l, join_key_r
"""

SKIPPED = """
select rule, count(*) as key_count, sum(records) as record_count
from (select rule, key, count(*) as records from blocking_keys group by rule, key having count(*) > $cap) as crowded
group by rule order by rule
"""


def block(connection: DuckDBPyConnection) -> int:
    """Makes the temporary table `blocked_pairs`; returns how many there are."""
    connection.execute(f"create or replace temp table blocking_keys as select distinct * from ({KEYS}) as keys").fetchall()
    connection.execute(PAIRS, {"cap": BLOCK_CAP}).fetchall()
    names = list(BLOCKING)
    for rule, values, records in connection.execute(SKIPPED, {"cap": BLOCK_CAP}).fetchall():
        log.info("Blocking on %s skips %s values held by more than %s records (%s records in all)", names[rule - 1], values, BLOCK_CAP, records)
    return connection.execute("select count(*) from blocked_pairs").fetchall()[0][0]


def rule_name(match_key: str) -> str:
    """The name of the rule that brought a pair."""
    return "declared" if match_key == "0" else list(BLOCKING)[int(match_key) - 1]
