"""Older exports of a person's rows are found by a table's first required column, which so must number the rows."""

from pipelines.privacy.subject import KEYLESS
from pipelines.sources.registry import presets

KEYS = {"id", "record_id", "customer_id", "order_id", "visit_id", "watch_id", "email_address", "name"}  # Shopify's order is known by its name


def test_what_a_row_is_found_by_is_its_own():
    firsts = {(preset.name, table.name): table.required[0] for preset in presets().values() for table in preset.tables if table.required}
    assert firsts.keys() > KEYLESS
    assert {name: first for name, first in firsts.items() if name not in KEYLESS and first not in KEYS} == {}
