"""Pieces of SQL that several parts of the evaluation share. Moments are UTC without a zone; the tick's own stand in variables of the connection."""

SINCE, UNTIL, TICK_AT = "getvariable('since')", "getvariable('until')", "getvariable('tick_at')"
BEGINNING, NEVER = "timestamp '1900-01-01'", "timestamp '9999-01-01'"


def bucket(salt: str, customer: str) -> str:
    """0 … 9999, the same in any language; both arguments are SQL."""
    return f"(cast('0x' || substr(md5({salt} || ':' || {customer}), 1, 8) as bigint) % 10000)"


def in_global_holdout(customer: str) -> str:
    """Whether an id falls into the company's holdout. The row has global_holdout; `$holdout_salt` and `$holdout_share` are the policy's."""
    return f"(global_holdout and {bucket('$holdout_salt', customer)} < $holdout_share * 10000)"


def in_local_holdout(customer: str) -> str:
    """Whether an id falls into the holdout of the scenario. The row has scenario and local_share."""
    salt = "scenario || '.holdout'"
    return f"({bucket(salt, customer)} < local_share * 10000)"


def person(row: str, at: str) -> str:
    """Who the customer of a row was at a moment: the heir from the merge on. The row has customer_id, final and joined_at."""
    return f"(case when {row}.joined_at <= {at} then {row}.final else {row}.customer_id end)"


def same_person(one: str, other: str, at: str) -> str:
    """Whether two rows are of one customer at a moment. Joining by `final` keeps it a hash join."""
    return f"({one}.final = {other}.final and {person(one, at)} = {person(other, at)})"


def with_elder(query: str, at: str) -> str:
    """Adds elder, the id that decides about holdouts, to a query that gives customer_id and a moment."""
    return f"""select rows.*, coalesce(elders.elder, rows.customer_id) as elder
        from ({query}) as rows asof left join elders on rows.customer_id = elders.customer_id and rows.{at} >= elders.joined_at"""


def banned(rows: str, customer: str, at: str) -> str:
    """Per message_id whether its customer forbade processing at that moment: on every channel, for what one channel alone needs a basis for stops that one."""
    return f"""select message_id, bool_and(is_processing_forbidden) as is_banned
        from ({rows}) as rows inner join channels_then as channels on {customer} = channels.customer_id and channels.valid_from <= {at} and channels.valid_to > {at}
        group by message_id"""


def with_heir(query: str) -> str:
    """Adds final and joined_at to a query that gives customer_id."""
    return f"""select rows.*, coalesce(redirects.final, rows.customer_id) as final, coalesce(redirects.joined_at, {NEVER}) as joined_at
        from ({query}) as rows left join redirects on rows.customer_id = redirects.customer_id"""


def of_these(rows: str, finals: str) -> str:
    """The rows, with their heirs, of everybody who is or became one of these, without a look at all the others."""
    return with_heir(f"""select * from {rows} where customer_id in (
        select final from ({finals}) union all select customer_id from redirects where final in (select final from ({finals})))""")


def local(moment: str, zone: str) -> str:
    """A moment as the clock on the customer's wall shows it."""
    return f"(({moment} at time zone 'UTC') at time zone {zone})"


def utc(wall: str, zone: str) -> str:
    """The moment at which the customer's clock shows this; an hour that a DST night skips is the one after it."""
    return f"(timezone({zone}, {wall}) at time zone 'UTC')"


def is_quiet(moment: str, zone: str, quiet_from: str, quiet_to: str) -> str:
    """Whether a moment is within quiet hours, the customer's own; they may go over midnight."""
    clock = f"cast({local(moment, zone)} as time)"
    return f"""(case when {quiet_from} <= {quiet_to} then {clock} >= {quiet_from} and {clock} < {quiet_to}
        else {clock} >= {quiet_from} or {clock} < {quiet_to} end)"""


def next_at(moment: str, zone: str, clock: str) -> str:
    """The first moment, this one included, at which the customer's clock shows `clock`."""
    wall = local(moment, zone)
    return utc(f"(cast({wall} as date) + case when cast({wall} as time) <= {clock} then 0 else 1 end + {clock})", zone)
