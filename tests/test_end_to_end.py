"""The README's way, whole: the demo company in, a published profile out, looked at from outside as its users would.

SVOD_TEST_DEMO names a folder where `make run` has just done this, with what it said in `said.txt` beside it: `.ci/run` has no need to do it twice.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def svod(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """`svod …` as a person runs it, on a data folder of its own."""
    variables = os.environ | {"SVOD_DATA": str(data), "SVOD_DBT_TARGET": str(data / "target"), "COLUMNS": "200"} | environment
    return subprocess.run([sys.executable, "-m", "pipelines.cli", *arguments], cwd=PROJECT, env=variables, capture_output=True, text=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory, dbt) -> tuple[Path, str]:
    """Data folder and output of one demo run at 2,000 people."""
    if done := os.environ.get("SVOD_TEST_DEMO"):
        data = Path(done).resolve()
        dbt.knows_the_project(data / "target")
        return data, (data.parent / "said.txt").read_text()
    data = tmp_path_factory.mktemp("run") / "demo"
    done = svod(data, "run", "--demo")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return data, done.stdout


@pytest.fixture
def warehouse(demo):
    with duckdb.connect(str(demo[0] / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_the_summary_says_what_came_in_what_was_set_aside_who_came_out_and_where_to_look(demo, warehouse):
    customers = warehouse.execute("select count(*) from marts.customers").fetchone()[0]
    quarantined = warehouse.execute("select count(*) from landing.quarantine").fetchone()[0]
    assert quarantined > 0
    for word in (f"{customers:,}", "hubspot", "quarantine", "F1", "make docs", "make dev"):
        assert word in demo[1].replace("\u202f", ","), word


def test_the_clusters_of_the_demo_company_are_right(warehouse):
    runs = warehouse.execute("select f1, precision, recall from identity.runs").fetchall()
    assert runs and runs[-1][0] >= 0.95, runs


def test_the_golden_values_of_the_demo_company_are_right(demo, warehouse):
    right, found = warehouse.execute("select right_share, found_share from quality.golden_accuracy where attribute = 'all'").fetchone()
    assert right >= 0.98 and found >= 0.99, (right, found)
    assert f"{right:.4f}" in demo[1]


def test_some_of_the_demo_company_can_be_reached_by_every_way_its_scenarios_go(warehouse):
    reached = dict(warehouse.execute("select channel, count(*) from marts.customer_channels where is_reachable group by channel").fetchall())
    ads = warehouse.execute("select count(*) from marts.consents where purpose = 'ads_matching' and is_granted").fetchone()[0]
    assert min(reached.get("email", 0), reached.get("sms", 0), reached.get("messenger", 0), ads) > 20, (reached, ads)


def test_what_was_foretold_of_buyers_rises_with_what_came(warehouse):
    tenths = warehouse.execute("select expected_purchases, actual_purchases from quality.purchase_calibration order by decile").fetchall()
    assert len(tenths) == 10
    low, high = (float(sum(actual for _, actual in half)) for half in (tenths[:5], tenths[5:]))
    assert high > 1.5 * low, tenths
    expected, actual = (float(sum(column)) for column in zip(*tenths, strict=True))
    assert 0.6 < expected / actual < 1.6, tenths


def test_every_column_that_was_built_is_described_and_has_a_privacy_class(demo, warehouse):
    nodes = json.loads((demo[0] / "target" / "manifest.json").read_text())["nodes"].values()
    classed = {
        (node["schema"], node["alias"]): {name for name, column in node["columns"].items() if column["config"]["meta"].get("privacy")}
        for node in nodes
        if node["resource_type"] == "model"
    }
    built = warehouse.execute("select schema_name, table_name, column_name from duckdb_columns() where not internal").fetchall()
    missing = [(schema, table, column) for schema, table, column in built if (schema, table) in classed and column not in classed[schema, table]]
    assert {schema for schema, _, _ in built} >= {"staging", "marts"} and not missing, missing


def test_every_row_of_every_file_is_in_a_table_or_in_quarantine(warehouse):
    files = warehouse.execute(
        "select source, table_name, file_id, rows_read, rows_loaded, rows_quarantined from landing.files where status = 'loaded'"
    ).fetchall()
    assert len({source for source, *_ in files}) == 12
    for source, table, file_id, read, loaded, quarantined in files:
        in_raw = warehouse.execute(f"select count(*) from raw_{source}.{table} where _file_id = ?", [file_id]).fetchone()[0]
        aside = warehouse.execute("select count(*) from landing.quarantine where file_id = ? and source = ?", [file_id, source]).fetchone()[0]
        assert (loaded, quarantined) == (in_raw, aside) and read == in_raw + aside, (source, table)


def test_the_reconciliation_model_agrees_and_is_not_empty(warehouse):
    rows, wrong = warehouse.execute("select count(*), count(*) filter (where difference <> 0) from quality.row_reconciliation").fetchone()
    assert rows >= 11 and wrong == 0


def test_every_customer_has_one_profile_and_every_record_one_customer(warehouse):
    counts = warehouse.execute("""
        select (select count(*) from marts.customers), (select count(distinct customer_id) from marts.customer_360),
               (select count(*) from intermediate.int_records), (select count(*) from identity.record_customers)
    """).fetchone()
    assert counts[0] == counts[1] > 500
    assert counts[2] == counts[3] > counts[0]


def test_readers_get_a_published_version_and_analysts_one_without_direct_identifiers(demo, warehouse):
    pointer = json.loads((demo[0] / "published/current.json").read_text())
    assert (demo[0] / "published/full.duckdb").resolve().name == pointer["full"]
    emails = warehouse.execute("select value from marts.customer_identifiers where identifier_type = 'email' and value like '%@example.%' limit 200").fetchall()
    full = (demo[0] / "published/full.duckdb").read_bytes()
    pseudonymised = (demo[0] / "published/pseudonymised.duckdb").read_bytes()
    assert len(emails) == 200
    assert sum(email.encode() in full for (email,) in emails) > 0
    assert [email for (email,) in emails if email.encode() in pseudonymised] == []


def test_the_first_query_of_the_readme_runs(demo):
    snippet = re.search(r'python -c "\n(.*?)"\n```', (PROJECT / "README.md").read_text(), re.DOTALL)[1]
    done = subprocess.run(
        [sys.executable, "-c", snippet.replace("data/published", str(demo[0] / "published"))],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert "rfm_cell" in done.stdout and "10 rows" in done.stdout


def test_a_second_run_of_the_same_time_changes_nothing(demo):
    before = (demo[0] / "published/current.json").read_bytes()
    done = svod(demo[0], "run", "--demo")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert (demo[0] / "published/current.json").read_bytes() == before


def test_no_personal_value_is_printed(demo, warehouse):
    emails = warehouse.execute("select distinct value from marts.customer_identifiers where identifier_type in ('email', 'phone')").fetchall()
    names = warehouse.execute("select distinct family_name || ' ' || given_name from marts.customers where family_name is not null").fetchall()
    assert [value for (value,) in emails + names if value and value in demo[1]] == []


def test_no_id_of_a_record_holds_an_address_or_a_phone(warehouse):
    wrong = warehouse.execute("""
        select distinct records.record_id
        from intermediate.int_records as records
        left join intermediate.int_identifiers as identifiers on records.record_id = identifiers.record_id and identifiers.identifier_type in ('email', 'phone') and is_valid
        where contains(records.record_id || records.source_key, '@')
            or contains(lower(records.record_id), lower(trim(identifiers.raw_value)))
            or contains(records.record_id, ltrim(identifiers.value, '+'))
    """).fetchall()
    assert wrong == []
    events = warehouse.execute("select count(*) from identity.customer_events where contains(evidence, '@')").fetchone()[0]
    moves = warehouse.execute("select count(*) from identity.record_moves where contains(record_id, '@')").fetchone()[0]
    assert (events, moves) == (0, 0)


@pytest.fixture(scope="module")
def site(demo, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = svod(demo[0], "docs", "--to", str(folder))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; .ci/run installs it")
@pytest.mark.parametrize("page", ["index.html", "index.ru.html", "dbt/index.html", "match_weights.html"])
def test_the_docs_site_opens_from_disk_without_asking_an_outside_host(site, page):
    asked, failures = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        )
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: failures.append(str(error)))
        tab.goto((site / page).as_uri(), wait_until="load")
        tab.wait_for_timeout(1500)
        text = tab.inner_text("body")
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert failures == []
    assert {"index.html": "What came in", "index.ru.html": "Что пришло", "dbt/index.html": "svod", "match_weights.html": ""}[page] in text


def test_the_lineage_of_the_docs_goes_through_matching(site):
    page = (site / "dbt/index.html").read_text()
    parents = re.search(r'"source\.svod\.identity\.record_customers": (\[[^\]]*\])', page[page.index('"parent_map": {') :])[1]
    assert "model.svod.int_records" in json.loads(parents)


@pytest.mark.parametrize("section", ["golden", "conflicts", "calibration"])
def test_the_site_says_how_good_profiles_and_forecasts_are(site, section):
    pages = [(site / name).read_text(encoding="utf-8") for name in ("index.html", "index.ru.html")]
    assert [page.split(f'<section id="{section}">')[1].split("</section>")[0].count("<tr") > 5 for page in pages] == [True, True]


def test_the_site_links_lead_somewhere(site):
    links = re.findall(r'(?:href|src)="([^"#]+)"', (site / "index.html").read_text())
    assert len(links) >= 4
    assert [link for link in links if not (site / link).exists()] == []
