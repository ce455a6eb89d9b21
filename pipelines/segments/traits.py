"""The traits by which customers are compared, and what makes numbers of them that can stand beside each other.

Left out on purpose: money (its currencies cannot be compared; the fifth among customers of the same currency can), contacts, names,
consents and reach (who may be written to is no likeness), and what the company or a mail app did rather than the customer (e-mails
delivered, letters fetched by a machine).
"""

from dataclasses import dataclass

import numpy as np
from duckdb import DuckDBPyConnection

# name, SQL over customer_360 as `c` and the moment of the segments as `m`, whether its logarithm is taken: from 1 to 2 is as far as from 10 to 20
TRAITS = (
    ("orders_count", "c.orders_count", True),
    ("recency_days", "c.recency_days", True),
    ("monetary_score", "c.monetary_score", False),
    ("human_opens_90d_count", "c.human_opens_90d_count", True),
    ("human_clicks_90d_count", "c.human_clicks_90d_count", True),
    ("web_sessions_90d_count", "c.web_sessions_90d_count", True),
    ("page_views_90d_count", "c.page_views_90d_count", True),
    ("app_events_90d_count", "c.app_events_90d_count", True),
    ("days_known", "date_diff('day', c.customer_since, m.moment)", True),
    ("days_since_last_touch", "date_diff('day', c.last_touch_at, m.moment)", True),
    ("age", "c.age", False),
    ("is_female", "case c.gender when 'female' then 1 when 'male' then 0 end", False),
)
# What counts where it never happened. It is not shown.
NEVER = {"recency_days": 3650.0, "days_since_last_touch": 3650.0, "monetary_score": 0.0}
NAMES = tuple(name for name, _, _ in TRAITS)


@dataclass(frozen=True)
class People:
    """Customers in the order of their ids: who is a member, their traits as they are, and standardized."""

    ids: list[str]
    members: np.ndarray
    names: list[str]
    raw: np.ndarray
    standard: np.ndarray


def people(connection: DuckDBPyConnection, segment: str, without: tuple[str, ...] = ()) -> People:
    """Everybody, seen from one segment. A trait that is not known counts as the mean, one that is the same for all as nothing."""
    kept = [trait for trait in TRAITS if trait[0] not in without]
    columns = ", ".join(f"cast({expression} as double) as {name}" for name, expression, _ in kept)
    rows = connection.execute(
        f"""select c.customer_id, members.customer_id is not null as is_member, {columns} from marts.customer_360 as c
            cross join (select max(evaluated_at) as moment from segments.segment_members) as m
            left join segments.segment_members as members on c.customer_id = members.customer_id and members.segment = ?
            order by c.customer_id""",
        [segment],
    ).fetchnumpy()
    raw = np.column_stack([np.ma.filled(np.ma.asarray(rows[name], dtype=float), np.nan) for name, _, _ in kept])
    scaled = np.column_stack([np.where(np.isnan(column), NEVER.get(name, np.nan), column) for (name, _, _), column in zip(kept, raw.T, strict=True)])
    logs = [place for place, (_, _, log) in enumerate(kept) if log]
    scaled[:, logs] = np.log1p(np.maximum(scaled[:, logs], 0))
    known = ~np.isnan(scaled)
    mean = np.where(known, scaled, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    scaled = np.where(known, scaled, mean) - mean
    spread = scaled.std(axis=0)
    standard = scaled / np.where(spread > 1e-9, spread, 1)
    return People([str(one) for one in rows["customer_id"]], np.asarray(rows["is_member"], dtype=bool), [name for name, _, _ in kept], raw, standard)
