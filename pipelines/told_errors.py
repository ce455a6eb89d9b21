"""Errors of the command line as one line and a remedy, instead of a traceback, which may quote people's data.

Set SVOD_DEBUG=1 to see the traceback, without local variables. Errors that a command foresees are told by the command.
"""

import errno
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

NOT_READY, REFUSED, UNEXPECTED = 3, 2, 1


class ToldErrors(TyperGroup):
    """The command group of `svod`: whatever a command raises is told here."""

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (TyperException, typer.Exit, typer.Abort, BrokenPipeError):  # who reads no further (| head) has what they wanted; typer ends quietly
            raise
        except Exception as error:
            if os.environ.get("SVOD_DEBUG"):
                raise
            code, words = told(error)
            print(words, file=sys.stderr)
            raise typer.Exit(code) from None


def told(error: Exception) -> tuple[int, str]:
    """Exit code and the line for a person. No value of a setting or of the data is repeated."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "ValidationError" in kinds:
        return NOT_READY, wrong_setting(error)
    if "SettingsError" in kinds:
        return NOT_READY, f'A setting cannot be read: {str(error).splitlines()[0]}. Lists and objects are written as JSON, such as \'{{"key": "value"}}\'.'
    if "TOMLDecodeError" in kinds:
        return NOT_READY, f'svod.toml cannot be read: {error}. Texts need quotes: timezone = "UTC".'
    if "Told" in kinds:
        return REFUSED, f"{error}."
    if "IOException" in kinds and "lock" in str(error).lower():
        return NOT_READY, "The warehouse is in use by another process. Wait for the run to end, or close the program that has it open."
    if "OutOfMemoryException" in kinds or isinstance(error, MemoryError):
        return (
            UNEXPECTED,
            "Memory ran out. Allow more with SVOD_MEMORY_LIMIT (docs/operations.md), or take a larger machine; what was there before is as it was.",
        )
    if getattr(error, "errno", None) == errno.ENOSPC:
        return UNEXPECTED, "The disk is full. Make room, for temporary files too (TMPDIR), and run it again; what was there before is as it was."
    if isinstance(error, PermissionError):
        return NOT_READY, f"No permission for {error.filename}. Give it to this user, or point SVOD_DATA at a folder of theirs."
    from pipelines.redaction import plain

    return UNEXPECTED, f"This should not have happened: {plain(error)}. See where with SVOD_DEBUG=1; `svod doctor` tells whether the machine is ready."


def wrong_setting(error: Any) -> str:
    """Which settings are wrong. What was given stays out: it may be a password."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    if getattr(error, "title", "") != "Settings":
        return f"Values are not as expected: {', '.join('.'.join(map(str, detail['loc'])) for detail in details)}. See where with SVOD_DEBUG=1."
    wrongs = [(".".join(map(str, detail["loc"])), "no such setting" if detail["type"] == "extra_forbidden" else detail["msg"]) for detail in details]
    return "\n".join(
        f"Setting {name}: {wrong}. Correct it in svod.toml or in SVOD_{name.upper().replace('.', '__')}; docs/operations.md lists all."
        for name, wrong in wrongs
    )
