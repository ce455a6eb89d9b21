"""A few of the changes that a plan counts, to look at: which customers, whose records in masked words, and why.

Reads the temporary tables of an outcome and `plan_moves` of `plan.py`.
"""

from dataclasses import asdict

from duckdb import DuckDBPyConnection

from pipelines.identity import masking

SAMPLE = 5

KINDS = {
    "merged": """
        select events.customer_id, events.other_customer_id, min(old.record_id) as record_id, events.evidence,
            case when events.evidence is not null then {'left': left_record_id, 'right': right_record_id, 'rule': rule, 'weight': match_weight} end as pair,
            (select min(record_id) from new_record_customers as new where new.customer_id = events.other_customer_id
                and record_id not in (select record_id from old_customers as mine where mine.customer_id = events.customer_id)) as other_record_id
        from new_events as events inner join old_customers as old on events.customer_id = old.customer_id
        left join joined_by on events.customer_id = joined_by.customer_id
        where events.event = 'merged_into'
        group by all order by count(*) desc, events.customer_id limit $sample
    """,
    "split": """
        select events.customer_id, events.other_customer_id, min(new.record_id) as record_id, events.evidence,
            case when events.evidence is not null then {'left': left_record_id, 'right': right_record_id, 'reason': reason} end as pair,
            (select min(record_id) from old_customers as old where old.customer_id = events.other_customer_id
                and record_id not in (select record_id from new_record_customers as mine where mine.customer_id = events.customer_id)) as other_record_id
        from new_events as events inner join new_record_customers as new on events.customer_id = new.customer_id
        left join parted_by on events.customer_id = parted_by.customer_id
        where events.event = 'split_from'
        group by all order by count(*) desc, events.customer_id limit $sample
    """,
    "moved": """
        select from_customer_id as customer_id, to_customer_id as other_customer_id, record_id, null as evidence, null as pair, null as other_record_id
        from plan_moves
        where from_customer_id not in (select customer_id from new_events) and to_customer_id not in (select customer_id from new_events)
        order by record_id limit $sample
    """,
}


def samples(connection: DuckDBPyConnection) -> dict[str, list[dict]]:
    """The first changes of each kind."""
    return {kind: _sample(connection, query) for kind, query in KINDS.items()}


def _sample(connection: DuckDBPyConnection, query: str) -> list[dict]:
    """A few changes to look at, without anybody's values."""
    found = connection.execute(query, {"sample": SAMPLE})
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    people = masking.shown(connection, [row[key] for row in rows for key in ("record_id", "other_record_id") if row[key]])
    return [row | {"person": asdict(people[row["record_id"]]), "other_person": asdict(people[row["other_record_id"]]) if row["other_record_id"] else None}
            for row in rows]  # fmt: skip
