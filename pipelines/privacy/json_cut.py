"""Taking elements out of JSON text and leaving every other character as it stood.

A body of a webhook or a page of leads holds many people: only the elements that are the subject's go.
"""

import json
from collections.abc import Callable
from typing import Any

DECODER = json.JSONDecoder()
BLANK = " \t\r\n"
# What makes an object one thing about one person; other objects are envelopes and are looked into.
MARKS = frozenset({"email", "event_data", "lead_id", "answers"})


def is_thing(value: Any) -> bool:
    return isinstance(value, dict) and bool(MARKS & value.keys())


def leaves(value: Any) -> set[str]:
    """Every text and number in a value, as text."""
    if isinstance(value, dict):
        return set().union(*map(leaves, value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*map(leaves, value)) if value else set()
    return {str(value)} if isinstance(value, str | int) else set()


def cut_things(text: str, is_doomed: Callable[[Any], bool]) -> tuple[str, int]:
    """The text without the things that are doomed, wherever in lists they stand, and how many are left."""
    cuts: list[tuple[int, int]] = []
    left = _visit(text, skip(text, 0), is_doomed, cuts)
    return without(text, cuts), left


def cut_elements(text: str, numbers: set[int]) -> str:
    """The text without these elements, counted from one, of its list, or of the list that a system's answer wraps."""
    start = _list_start(text)
    spans = _elements(text, start)
    return without(text, _with_commas(text, spans, {number - 1 for number in numbers if number <= len(spans)}))


def change_elements(text: str, numbers: set[int], change: Callable[[str], str]) -> str:
    """The text with these elements, counted as by `cut_elements`, changed."""
    for number, (start, end) in reversed(list(enumerate(_elements(text, _list_start(text)), start=1)) if numbers else []):
        text = text[:start] + change(text[start:end]) + text[end:] if number in numbers else text
    return text


def without(text: str, cuts: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in sorted(cuts):
        parts.append(text[at:start])
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _visit(text: str, start: int, is_doomed: Callable[[Any], bool], cuts: list[tuple[int, int]]) -> int:
    """Collects the cuts below the value that starts here; returns how many things are left."""
    if text[start] == "{":
        return sum(_visit(text, at, is_doomed, cuts) for at, _ in _members(text, start))
    if text[start] != "[":
        return 0
    spans, doomed, left = _elements(text, start), set(), 0
    for number, (at, _) in enumerate(spans):
        value = DECODER.raw_decode(text, at)[0] if text[at] == "{" else None
        if is_thing(value):
            doomed |= {number} if is_doomed(value) else set()
            left += not is_doomed(value)
        else:
            left += _visit(text, at, is_doomed, cuts)
    cuts += _with_commas(text, spans, doomed)
    return left


def _with_commas(text: str, spans: list[tuple[int, int]], doomed: set[int]) -> list[tuple[int, int]]:
    """From the start of a doomed element to that of the next; the comma before goes if nothing follows."""
    kept = [number for number in range(len(spans)) if number not in doomed]
    cuts = []
    for number in sorted(doomed):
        start, end = spans[number]
        if number + 1 < len(spans) and (not kept or number < kept[-1]):
            end = spans[number + 1][0]
        elif kept:
            start = spans[kept[-1]][1] if number == kept[-1] + 1 else spans[number - 1][1]
        elif number:
            start = spans[number - 1][1]
        cuts.append((start, end))
    return cuts


def _elements(text: str, start: int) -> list[tuple[int, int]]:
    """Where each element of the list that starts here begins and ends."""
    spans, at = [], skip(text, start + 1)
    while text[at] != "]":
        end = DECODER.raw_decode(text, at)[1]
        spans.append((at, end))
        at = skip(text, end)
        at = skip(text, at + 1) if text[at] == "," else at
    return spans


def _members(text: str, start: int) -> list[tuple[int, str]]:
    """Where the value of each member of the object that starts here begins, and the member's name."""
    found, at = [], skip(text, start + 1)
    while text[at] != "}":
        name, end = DECODER.raw_decode(text, at)
        value = skip(text, skip(text, end) + 1)
        found.append((value, name))
        at = skip(text, DECODER.raw_decode(text, value)[1])
        at = skip(text, at + 1) if text[at] == "," else at
    return found


def _list_start(text: str) -> int:
    start = skip(text, 1 if text.startswith("\ufeff") else 0)
    while text[start] == "{":
        start = next(at for at, name in _members(text, start) if name in ("result", "results", "items"))
    return start


def skip(text: str, at: int) -> int:
    while text[at] in BLANK:
        at += 1
    return at
