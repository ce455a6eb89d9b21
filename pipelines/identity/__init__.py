"""Who is who: pairs scored as Splink does, clusters decided by our own pure code, customer ids that last.

`resolve_identity(run_at)` reads `intermediate.int_records`, `int_identifiers` and `int_links`, and writes schema `identity`.
"""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.identity.report import IdentityReport

__all__ = ["resolve_identity"]


def resolve_identity(run_at: datetime, *, full: bool = False, retrain: bool = False) -> "IdentityReport":
    """Decides which records are one person and gives each person a lasting customer id."""
    # Splink is slow to import, and a command that only lists sources must not wait for it.
    from pipelines.identity.run import resolve_identity as resolve

    return resolve(run_at, full=full, retrain=retrain)
