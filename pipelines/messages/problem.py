"""What is wrong with a template, in English and in Russian. The texts stand in `problems.json`, by code: English, Russian."""

import json
from functools import cache
from pathlib import Path


class Problem(str):
    """A text in English that knows itself in Russian."""

    russian: str

    def __new__(cls, english: str, russian: str) -> "Problem":
        made = super().__new__(cls, english)
        made.russian = russian
        return made


def problem(code: str, **values: object) -> Problem:
    """The text of this code; a value that is a problem itself is told in the same language."""
    english, russian = texts()[code]
    return Problem(english.format(**values), russian.format(**{name: getattr(value, "russian", value) for name, value in values.items()}))


def place(file: str, line: int | None) -> Problem:
    return problem("place", file=file, line=line)


@cache
def texts() -> dict[str, list[str]]:
    return json.loads(Path(__file__).with_name("problems.json").read_text(encoding="utf-8"))
