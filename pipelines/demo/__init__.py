"""A made-up retailer, «Ладья» (Ladya Home), whose customers' identities are known: exports of every system, and the truth.

Made of sets in DuckDB, so that a million people take minutes. Run it alone: `python -m pipelines.demo --help`.
Reading the files stays out: that is `pipelines.sources`, which knows nothing of this package.
"""

from pipelines.demo.company import write_company

__all__ = ["write_company"]
