"""The page that shows a message, and the commands that make it."""

import re

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.messages.golden import columns
from pipelines.messages.preview import masked
from pipelines.segments.reading import NEEDED
from pipelines.settings import settings


@pytest.fixture
def svod(data):
    return lambda *arguments: CliRunner().invoke(app, ["campaigns", *map(str, arguments)])


def test_a_page_shows_every_channel_and_asks_for_nothing_outside(svod, tmp_path):
    run = svod("preview", "abandoned_basket", "reminder", "--fixture", "ru_three_lines", "--to", tmp_path / "page.html", "--ru")
    assert run.exit_code == 0, run.output
    page = (tmp_path / "page.html").read_text()
    assert [word in page for word in ("Екатерина, ваша корзина на месте", "Мессенджер", "Открыть корзину", "UCS-2 · 1", "замечаний нет")] == [True] * 5
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in page
    assert page.count("<iframe class=") == page.count('sandbox=""') == 4  # phone and desktop, light and dark
    assert "default-src &#39;none&#39;" in page
    own = re.sub(r'srcdoc="[^"]*"', "", page)
    assert not re.search(r"<(script|img|link|a)\b|@import|url\(", own)


def test_a_page_of_a_mail_that_is_held_back_says_why(svod, tmp_path):
    run = svod("preview", "abandoned_basket", "reminder", "--channel", "web_push", "--to", tmp_path / "page.html")
    assert (run.exit_code, "has no web_push" in run.output, "held back" in (tmp_path / "page.html").read_text()) == (0, True, True)


@pytest.mark.parametrize(
    "arguments", [("nothing", "reminder"), ("abandoned_basket", "nothing"), ("../x", "y"), ("abandoned_basket", "reminder", "--fixture", "nobody")]
)
def test_what_is_not_there_is_told_in_a_line(svod, arguments):
    run = svod("preview", *arguments)
    assert (run.exit_code, run.output.startswith("No preview. "), len(run.output.splitlines())) == (2, True, 1)


@pytest.fixture
def warehouse(data):
    """A file with one customer, who had another id before."""
    with duckdb.connect(str(settings().warehouse)) as connection:
        connection.execute("create schema marts; create schema segments")
        for name in NEEDED:
            connection.execute(f"create table segments.{name} (segment varchar)")
        person = {"customer_id": "c_now", "given_name": "Секретина", "language": "ru", "orders_count": 3, "last_order_at": "2025-09-04 10:00:00"}
        cells = ", ".join(f"{'null' if person.get(name) is None else repr(person[name])} as {name}" for name in columns())
        connection.execute(f"create table marts.customer_360 as select {cells}")
        connection.execute("create table marts.customer_redirects as select unnest(['c_now', 'c_old']) as old_customer_id, 'c_now' as customer_id")


@pytest.mark.parametrize("asked", ["c_now", "c_old"])
def test_a_customer_is_masked_unless_one_asks_otherwise(svod, warehouse, tmp_path, asked):
    page, words = tmp_path / "page.html", ("preview", "win_back", "percent", "--customer", asked, "--to", tmp_path / "page.html")
    assert svod(*words).exit_code == 0
    assert ["Секретина" in page.read_text(), "С***" in page.read_text(), "3 заказа" in page.read_text()] == [False, True, True]
    assert svod(*words, "--unmasked").exit_code == 0
    assert "Секретина" in page.read_text()


def test_a_customer_whom_nobody_knows_is_told(svod, warehouse):
    run = svod("preview", "win_back", "percent", "--customer", "c_nobody")
    assert (run.exit_code, "No customer has or had this id" in run.output) == (2, True)


def test_golden_files_are_current_and_a_scenario_can_be_named(svod):
    run = svod("golden", "win_back")
    assert (run.exit_code, run.output) == (0, "0 golden files differ.\n")


def test_no_direct_identifier_is_left_in_a_masked_customer():
    customer = {name: f"Секрет-{name}" for name in columns()}
    direct = {name for name, privacy in columns().items() if privacy == "direct_identifier"}
    assert len(direct) > 7
    found = masked(customer | {"unheard_of": "Секрет-unheard_of"})
    assert {name for name, value in found.items() if "Секрет" in value} == set(columns()) - direct
