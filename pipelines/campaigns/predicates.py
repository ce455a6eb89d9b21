"""Conditions of a scenario (`where`): from what a marketer wrote to SQL that may run over everybody.

A condition is one yes-or-no expression over named columns. Whatever is not on the lists below is refused: queries, functions that read
files or settings, clocks, chance. So the same data give the same answer at any time. A value that does not fit (text that is no number)
makes the condition not hold; it never stops a run.
"""

import re
import warnings
from difflib import get_close_matches
from functools import cache, lru_cache

import duckdb

from pipelines.campaigns.columns import Relation, columns
from pipelines.campaigns.findings import texts
from pipelines.redaction import Told

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the parser about a companion of its own
    import sqlglot
    from sqlglot import exp

LONGEST, SHOWN = 2000, 100
ALLOWED = (
    *(exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike),
    *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Interval),
    *(exp.Column, exp.Dot, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Var, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam),
    *(exp.Coalesce, exp.Nullif, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Contains, exp.StartsWith, exp.EndsWith),
    *(exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Least, exp.Greatest, exp.Extract, exp.Year, exp.Month, exp.Day, exp.DateDiff, exp.TimestampTrunc),
)
CLOCKS = ("currentd", "currentt", "now", "today", "localtime", "rand", "uuid", "get_current_t", "transaction_timestamp")
COMPUTING = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.Round, exp.Floor, exp.Ceil)
COMPARING = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ)
MEMBER = re.compile(r"[\w $@-]+")
TYPES = {"TEXT", "VARCHAR", "INT", "BIGINT", "DOUBLE", "DECIMAL", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPNTZ"}
SAMPLES = {"string": "'x'", "boolean": "true", "date": "date '2001-02-03'", "timestamp": "timestamp '2001-02-03 04:05:06'"}


class NotACondition(Told):
    """The expression is refused; `code` and `values` are a finding's."""

    def __init__(self, code: str, **values: str) -> None:
        values = {key: value if len(value) <= SHOWN else value[:SHOWN] + " …" for key, value in values.items()}
        super().__init__(". ".join(text.format(**values) for text in texts()[code]["en"] if text))
        self.code, self.values = code, values


@lru_cache(maxsize=1000)
def compiled(expression: str, relation: Relation, alias: str) -> str:
    """The condition as DuckDB's SQL over the relation under this alias: true or false for every row. Raises `NotACondition`."""
    tree = _parsed(expression)
    for node in tree.walk():
        _must_be_allowed(node, expression)
    sql = _rewritten(tree, relation, alias).sql(dialect="duckdb", comments=False)
    _must_fit(sql, expression, relation, alias)
    return f"coalesce(try({sql}), false)"


def _parsed(expression: str) -> exp.Expression:
    if len(expression) > LONGEST:
        raise NotACondition("condition_too_long", longest=str(LONGEST))
    try:
        found = sqlglot.parse(expression, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
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


def _rewritten(tree: exp.Expression, relation: Relation, alias: str) -> exp.Expression:
    """Columns get the alias, members of `properties` are taken out of the JSON, casts never fail."""
    tree = exp.Paren(this=tree.copy())  # so that every node has a parent to be replaced in
    for cast in [node for node in tree.find_all(exp.Cast) if not isinstance(node, exp.TryCast) and not isinstance(node.this, exp.Literal)]:
        cast.replace(exp.TryCast(this=cast.this, to=cast.args["to"]))
    named = [node for node in tree.find_all(exp.Column, exp.Dot) if not isinstance(node.parent, exp.Dot)]
    for node in named:
        node.replace(_column([part.name for part in _parts(node)], node, relation, alias))
    return tree.this


def _parts(node: exp.Expression) -> list[exp.Expression]:
    return [*_parts(node.this), node.expression] if isinstance(node, exp.Dot) else node.parts if isinstance(node, exp.Column) else [node]


def _column(parts: list[str], node: exp.Expression, relation: Relation, alias: str) -> exp.Expression:
    name, known = parts[0].lower(), columns(relation)
    is_member = relation == "event" and name == "properties" and len(parts) > 1
    if name not in known or (len(parts) > 1 and not is_member) or (name == "properties" and not is_member):
        near = ["properties.total"] if name == "properties" and relation == "event" else get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)[:5]
        raise NotACondition("condition_column", column=".".join(parts), relation=relation, near=", ".join(near))
    column = exp.column(name, table=alias)
    if not is_member:
        return column
    if any(not MEMBER.fullmatch(part) for part in parts[1:]):
        raise NotACondition("condition_not_allowed", condition=".".join(parts), part=".".join(parts))
    path = "$" + "".join(f'."{part}"' for part in parts[1:])
    text = exp.func("json_extract_string", column, exp.Literal.string(path))
    kind = _kind_beside(node)
    return exp.TryCast(this=text, to=exp.DataType.build(kind)) if kind else text


def _kind_beside(node: exp.Expression) -> str | None:
    """What a member of `properties`, which is text, is compared or computed with."""
    while isinstance(node.parent, exp.Paren):
        node = node.parent
    if isinstance(node.parent, COMPUTING):
        return "double"
    if not isinstance(node.parent, COMPARING):
        return "boolean" if isinstance(node.parent, exp.And | exp.Or | exp.Not) or node.parent is None else None
    others = [other.unnest() for other in node.parent.iter_expressions() if other is not node]
    if any((isinstance(other, exp.Literal) and not other.is_string) or isinstance(other, COMPUTING) for other in others):
        return "double"
    return "boolean" if any(isinstance(other, exp.Boolean) for other in others) else None


@cache
def _bench() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "enable_external_access": "false", "threads": "1"}
    )
    connection.execute("set timezone = 'UTC'")
    return connection


def _must_fit(sql: str, expression: str, relation: Relation, alias: str) -> None:
    """DuckDB itself says whether the types go together, over one made-up row."""
    row = ", ".join(f"cast({SAMPLES.get(kind, '7')} as {kind}) as {name}" for name, kind in columns(relation).items() if name != "properties")
    row += ", '{}' as properties" if relation == "event" else ""
    try:
        (kind,) = _bench().execute(f"select typeof({sql}), {sql} from (select {row}) as {alias}").fetchone()[:1]
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ConversionException, duckdb.ParserException) as error:
        raise NotACondition("condition_types", condition=expression, problem=str(error).splitlines()[0].partition(": ")[2].rstrip(".")) from None
    except duckdb.Error:
        return  # a made-up value that the sum does not like, such as zero
    if kind != "BOOLEAN":
        raise NotACondition("condition_not_yes_or_no", condition=expression)
