"""A made-up retailer, «Ладья» (Ladya Home), whose customers' identities are known: exports of every system, and the truth.

Made of sets in DuckDB, so that a million people take minutes. Run it alone: `python -m pipelines.demo --help`.
Reading the files stays out: that is `pipelines.sources`, which knows nothing of this package.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.demo.company import write_company

__all__ = ["write_company"]


def __getattr__(name: str) -> object:
    """DuckDB and Arrow are slow to import, and the help of a command must not wait for them."""
    if name in __all__:
        from pipelines.demo import company

        return getattr(company, name)
    raise AttributeError(name)
