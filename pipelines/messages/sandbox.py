"""The language of templates: Jinja in its sandbox, strict, with `{% skip "reason" %}`, and nothing that differs from one run to the next.

The sandbox keeps a template from reaching Python; what it may cost is limited by the worker's process.
"""

import re
from types import SimpleNamespace

from jinja2 import StrictUndefined, nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipelines.messages.words import Unprintable, filters

EVENT = ("event_id", "event_name", "occurred_at", "source", "channel", "campaign", "url", "amount", "currency", "properties")
NAMES = {"c", "e", "scenario", "step", "locale", "unsubscribe_url", "preferences_url", "view_url"}  # in every template
LATER = {"html": {"subject", "preheader"}, "text": {"subject", "preheader"}}  # what parts written earlier said
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")  # all but tab and line feed
REPEATED = 10_000  # the longest text or list that `*` may make


class Skipped(Exception):
    """The template says that this person gets nothing; the text is its author's."""


class SkipTag(Extension):
    """`{% skip "reason" %}`. The reason is a literal, so that it cannot hold anybody's data."""

    tags = {"skip"}  # noqa: RUF012 # as Jinja declares it

    def parse(self, parser) -> nodes.Node:
        line = next(parser.stream).lineno
        reason = parser.stream.expect("string").value
        return nodes.ExprStmt(self.call_method("_skip", [nodes.Const(reason)]), lineno=line)

    def _skip(self, reason: str) -> None:
        raise Skipped(reason)


class Sandbox(ImmutableSandboxedEnvironment):
    """Multiplying is looked at first: `'a' * 10**9` would be made before any limit could see it, and while compiling, too."""

    intercepted_binops = frozenset({"*", "**"})

    def getattr(self, obj: object, attribute: str) -> object:
        """Values of customers and events, most of what templates ask for, hold nothing but data: what the sandbox looks for cannot be there."""
        if type(obj) is SimpleNamespace and attribute in obj.__dict__ and not attribute.startswith("_"):
            return obj.__dict__[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context, operator: str, left: object, right: object) -> object:
        if operator == "**":
            raise Unprintable("** is not for templates")
        for text, times in ((left, right), (right, left)):
            if hasattr(text, "__len__") and isinstance(times, int) and len(text) * times > REPEATED:
                raise Unprintable(f"* would make more than {REPEATED} signs")
        return super().call_binop(context, operator, left, right)


def sandbox(locale: str, time_zone: str, *, escape: bool) -> Sandbox:
    """The environment of one language; `escape` for HTML."""
    environment = Sandbox(
        undefined=StrictUndefined, autoescape=escape, finalize=_printable, extensions=[SkipTag, "jinja2.ext.loopcontrols"], trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(filters(locale, time_zone))
    for name in ("random", "pprint", "xmlattr"):
        del environment.filters[name]
    for name in ("lipsum", "cycler", "joiner"):
        del environment.globals[name]
    return environment


def _printable(value: object) -> object:
    if value is None:
        raise Unprintable("the value is empty: say with `if` or `default(…, true)` what stands in its place")
    if isinstance(value, SimpleNamespace | list | dict):
        raise Unprintable("a whole group of values cannot be printed, only one of them")
    return value


def fields(value: object) -> object:
    """Values as templates reach them: `c.given_name`, `e.properties.items`. No name of Python's dicts stands in the way, no control sign is left."""
    kind = type(value)
    if kind is dict:
        found = SimpleNamespace()
        found.__dict__.update({str(name): one if one is None else fields(one) for name, one in value.items()})
        return found
    if kind is str:
        return value if value.isprintable() else CONTROLS.sub(" ", value)
    return [fields(one) for one in value] if kind in (list, tuple) else value
