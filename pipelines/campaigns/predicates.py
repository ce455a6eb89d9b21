"""Conditions of a scenario (`where`): from what a marketer wrote to SQL that may run over everybody.

A condition is one yes-or-no expression over named columns. Whatever is not on the lists below is refused: queries, functions that read
files or settings, clocks, chance. So the same data give the same answer at any time. A value that does not fit (text that is no number)
makes the condition not hold; it never stops a run.
"""

from functools import cache, lru_cache

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.campaigns.columns import Relation, columns
from pipelines.campaigns.findings import NotACondition
from pipelines.campaigns.predicate_columns import rewritten

LONGEST = 2000
ALLOWED = (
    *(exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike),
    *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Interval),
    *(exp.Column, exp.Dot, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Var, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam),
    *(exp.Coalesce, exp.Nullif, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Contains, exp.StartsWith, exp.EndsWith),
    *(exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Least, exp.Greatest, exp.Extract, exp.Year, exp.Month, exp.Day, exp.DateDiff, exp.TimestampTrunc),
)
CLOCKS = ("currentd", "currentt", "now", "today", "localtime", "rand", "uuid", "get_current_t", "transaction_timestamp")
TYPES = {"TEXT", "VARCHAR", "INT", "BIGINT", "DOUBLE", "DECIMAL", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPNTZ"}
SAMPLES = {"string": "'x'", "boolean": "true", "date": "date '2001-02-03'", "timestamp": "timestamp '2001-02-03 04:05:06'"}


@lru_cache(maxsize=1000)
def compiled(expression: str, relation: Relation, alias: str) -> str:
    """The condition as DuckDB's SQL over the relation under this alias: true or false for every row. Raises `NotACondition`."""
    tree = _parsed(expression)
    for node in tree.walk():
        _must_be_allowed(node, expression)
    sql = rewritten(tree, relation, alias).sql(dialect="duckdb", comments=False)
    _must_fit(sql, expression, relation, alias)
    return f"coalesce(try({sql}), false)"


@lru_cache(maxsize=1000)
def amount(expression: str, alias: str) -> str:
    """A column or sum of columns of an event as an amount of money, null where it is none. Raises `NotACondition`."""
    tree = _parsed(f"({expression}) + 0")  # a member of `properties` by itself would be read as yes or no
    for node in tree.walk():
        _must_be_allowed(node, expression)
    return f"try_cast({rewritten(tree, 'event', alias).sql(dialect='duckdb', comments=False)} as decimal(18, 2))"


def _parsed(expression: str) -> exp.Expression:
    if len(expression) > LONGEST:
        raise NotACondition("condition_too_long", longest=str(LONGEST))
    try:
        found = sqlglot.parse(expression, dialect="duckdb")
    except Exception:  # on odd texts the parser fails in many ways, all of which mean the same here
        raise NotACondition("condition_not_sql", condition=expression) from None
    if len(found) != 1 or found[0] is None:
        raise NotACondition("condition_not_sql", condition=expression)
    return found[0]


def _must_be_allowed(node: exp.Expression, expression: str) -> None:
    word = node.name if isinstance(node, exp.Anonymous) else node.key
    if not isinstance(node, ALLOWED):
        kind = "condition_clock" if word.lower().startswith(CLOCKS) else "condition_not_allowed"
        raise NotACondition(kind, condition=expression, part=node.sql(dialect="duckdb"))
    if isinstance(node, exp.DataType) and node.this.name not in TYPES:
        raise NotACondition("condition_not_allowed", condition=expression, part=node.sql(dialect="duckdb"))


@cache
def _bench() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "enable_external_access": "false", "threads": "1"}
    )
    connection.execute("set timezone = 'UTC'")
    return connection


def _must_fit(sql: str, expression: str, relation: Relation, alias: str) -> None:
    """DuckDB itself says whether the types go together, over made-up rows: one full, one of zeros, one of nothing."""
    rows = " union all ".join(f"select {', '.join(f'cast({value} as {kind}) as {name}' for name, kind, value in row)}" for row in _rows(relation))
    try:
        kinds = _bench().execute(f"select typeof({sql}), {sql} from ({rows}) as {alias}").fetchall()
    except (duckdb.OutOfRangeException, duckdb.InvalidInputException):
        return  # a made-up value that the sum does not like; of a customer it makes the condition not hold
    except duckdb.Error as error:
        raise NotACondition("condition_types", condition=expression, problem=str(error).splitlines()[0].partition(": ")[2].rstrip(".")) from None
    if kinds[0][0] != "BOOLEAN":
        raise NotACondition("condition_not_yes_or_no", condition=expression)


def _rows(relation: Relation) -> list[list[tuple[str, str, str]]]:
    """Columns with type and value of each made-up row."""
    named = [(name, kind, "'{}'" if name == "properties" else SAMPLES.get(kind, "7")) for name, kind in columns(relation).items()]
    zeros = {"string": "''", "boolean": "false", "date": "date '1970-01-01'", "timestamp": "timestamp '1970-01-01 00:00:00'"}
    return [named, [(name, kind, zeros.get(kind, "0")) for name, kind, _ in named], [(name, kind, "null") for name, kind, _ in named]]
