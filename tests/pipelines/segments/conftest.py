"""The company that the tests of segments look at; it is built once."""

from pathlib import Path

import pytest
from small_company import build


@pytest.fixture(scope="module")
def company(module_data, dbt) -> Path:
    """The data folder, with a warehouse whose segments have a history."""
    build(module_data, dbt)
    return module_data
