"""YAML without surprises: what a marketer writes is what is read, and every value knows its line.

YAML 1.1, as PyYAML reads it, takes 10:00 for 600, `on` and `no` for truth values, 010 for 8 and 2026-01-31 for a date, and lets the second
of two equal keys win. Here a plain value is a whole or decimal number, true, false, null or text; equal keys, anchors and tags are refused.
What the values mean stays out: that is the schema's.
"""

import re
from pathlib import Path

import yaml

from pipelines.campaigns.findings import Finding, Refused

Place = tuple[str | int, ...]
SCALARS = {
    "null": (r"null|~|", lambda text: None),
    "bool": (r"true|false", lambda text: text == "true"),
    "int": (r"-?(0|[1-9]\d{0,17})", int),
    "float": (r"-?(0|[1-9]\d*)?\.\d+|-?(0|[1-9]\d*)\.\d*", float),
}


class Plain(yaml.SafeLoader):
    """Composes nodes only; values are made below."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012 # PyYAML's own name

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Line("no_anchors", event)
        return super().compose_node(parent, index)


class Line(Exception):
    """What is wrong at a place of the text, before it is known in which file."""

    def __init__(self, code: str, at: yaml.Node | yaml.Event, **values: str) -> None:
        super().__init__(code)
        self.code, self.line, self.values = code, at.start_mark.line + 1, values


def read_yaml(path: Path, name: str | None = None) -> tuple[object, dict[Place, int]]:
    """The values of a file and the line of each by its place. Raises `Refused` with the one finding that stops the reading."""
    name = name or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Refused([Finding("not_utf8", name, line)]) from None
    except OSError as error:
        raise Refused([Finding("not_readable", name, 1, {"problem": error.strerror})]) from None
    lines: dict[Place, int] = {}
    try:
        node = yaml.compose(text, Loader=Plain)
        return (None if node is None else _value(node, (), lines)), lines
    except Line as wrong:
        raise Refused([Finding(wrong.code, name, wrong.line, wrong.values)]) from None
    except RecursionError:
        raise Refused([Finding("too_deep", name, 1)]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = "a tab where only spaces may indent" if "\\t" in str(error.problem) else str(error.problem)
        raise Refused([Finding("not_yaml", name, mark.line + 1 if mark else 1, {"problem": problem})]) from None
    except yaml.YAMLError:
        raise Refused([Finding("not_yaml", name, 1, {"problem": "a character that no text has"})]) from None


def _value(node: yaml.Node, place: Place, lines: dict[Place, int]) -> object:
    lines[place] = node.start_mark.line + 1
    if node.tag.removeprefix("tag:yaml.org,2002:") not in ("str", "seq", "map"):
        raise Line("no_tags", node, tag=node.tag.replace("tag:yaml.org,2002:", "!!"))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*place, number), lines) for number, item in enumerate(node.value)]
    found: dict[str, object] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or not key.value or key.value == "<<":
            raise Line("not_a_key", key)
        if key.value in found:
            raise Line("twice", key, key=key.value, first=str(lines[(*place, key.value)]))
        found[key.value] = _value(value, (*place, key.value), lines)
        lines[(*place, key.value)] = key.start_mark.line + 1
    return found


def _scalar(node: yaml.ScalarNode) -> object:
    if node.style is None:  # not quoted, not a block
        for pattern, made in SCALARS.values():
            if re.fullmatch(pattern, node.value):
                return made(node.value)
    return node.value
