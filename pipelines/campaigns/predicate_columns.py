"""A condition rewritten to run over everybody: columns under the alias of their relation, members of `properties` taken out of the JSON as
what they are compared with, and nothing that a value can make fail.
"""

import re
from difflib import get_close_matches

from sqlglot import exp

from pipelines.campaigns.columns import Relation, columns
from pipelines.campaigns.findings import NotACondition

COMPUTING = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.Round, exp.Floor, exp.Ceil)
FAILING = (*COMPUTING, exp.Extract, exp.DateDiff, exp.TimestampTrunc)
COMPARING = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ)
MEMBER = re.compile(r"[\w $@-]+")


def rewritten(tree: exp.Expression, relation: Relation, alias: str) -> exp.Expression:
    """The same condition, of columns as they are named in the query."""
    tree = exp.Paren(this=tree.copy())  # so that every node has a parent to be replaced in
    for cast in [node for node in tree.find_all(exp.Cast) if not isinstance(node, exp.TryCast) and not isinstance(node.this, exp.Literal)]:
        cast.replace(exp.TryCast(this=cast.this, to=cast.args["to"]))
    named = [node for node in tree.find_all(exp.Column, exp.Dot) if not isinstance(node.parent, exp.Dot)]
    for node in named:
        node.replace(_column([part.name for part in _parts(node)], node, relation, alias))
    # Each part that can fail is tried by itself: DuckDB takes a part that stands twice out of a `try` around the whole.
    for node in reversed(list(tree.find_all(*FAILING))):
        if isinstance(node, exp.Div):
            node.expression.replace(exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0)))
        node.replace(exp.Anonymous(this="try", expressions=[node.copy()]))
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
    json = exp.TryCast(this=column, to=exp.DataType.build("json"))
    text = exp.func("json_extract_string", json, exp.Literal.string(path))
    kind = _kind_beside(node, relation)
    return exp.TryCast(this=text, to=exp.DataType.build(kind)) if kind else text


def _kind_beside(node: exp.Expression, relation: Relation) -> str | None:
    """What a member of `properties`, which is text, is compared or computed with."""
    while isinstance(node.parent, exp.Paren):
        node = node.parent
    if isinstance(node.parent, COMPUTING):
        return "double"
    if not isinstance(node.parent, COMPARING):
        return "boolean" if isinstance(node.parent, exp.And | exp.Or | exp.Not) or node.parent is None else None
    return next((kind for other in node.parent.iter_expressions() if other is not node and (kind := _kind(other.unnest(), relation))), None)


def _kind(node: exp.Expression, relation: Relation) -> str | None:
    """Of a literal, a sum or a column; text is None."""
    if isinstance(node, COMPUTING) or (isinstance(node, exp.Literal) and not node.is_string):
        return "double"
    if isinstance(node, exp.Boolean):
        return "boolean"
    kind = columns(relation).get(node.name.lower(), "string") if isinstance(node, exp.Column) and node.parts[0].name.lower() != "properties" else "string"
    return {"string": None, "boolean": "boolean", "date": "timestamp", "timestamp": "timestamp"}.get(kind, "double")
