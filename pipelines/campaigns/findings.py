"""What is wrong with a scenario, where, why that matters and what to do; in English and in Russian.

The texts stand in `findings.json`, by code: severity, then what, why and what to do in each language.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from pipelines.redaction import Told

LONGEST_VALUE = 100  # of a condition that is quoted


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `file` is as the reader names it, `line` counts from 1."""

    code: str
    file: str
    line: int
    values: dict[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Literal["error", "warning"]:
        return texts()[self.code]["severity"]

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def told(self, *, russian: bool = False) -> tuple[str, str, str]:
        """What, why, what to do."""
        values = {key: said(value, russian=russian) for key, value in self.values.items()}
        what, why, remedy = (text.format(**values) for text in texts()[self.code]["ru" if russian else "en"])
        return what, why, remedy

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {'. '.join(part[:1].upper() + part[1:] for part in self.told() if part)}."


class Refused(Told):
    """A file that cannot be used; the findings say why. They quote the file, which holds no personal data."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


class NotACondition(Told):
    """The expression is refused; `code` and `values` are a finding's."""

    def __init__(self, code: str, **values: str) -> None:
        values = {key: value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + " …" for key, value in values.items()}
        super().__init__(". ".join(text.format(**values) for text in texts()[code]["en"] if text))
        self.code, self.values = code, values


@cache
def texts() -> dict:
    return json.loads(Path(__file__).with_name("findings.json").read_text(encoding="utf-8"))


def said(text: str, *, russian: bool) -> str:
    """A short text of the schema in the reader's language, as far as it is translated; what is wrong with a template knows itself in Russian."""
    return getattr(text, "russian", None) or texts()["said"].get(text, text) if russian else text
