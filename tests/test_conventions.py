"""The house's rules, checked over the dbt manifest and the source tree, so that no reviewer has to remember them."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from pipelines.identity.tables import TABLES
from pipelines.identity.views import COMMENTS
from pipelines.privacy.classes import CLASSES

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def manifest(dbt) -> dict:
    return json.loads((dbt.parsed / "manifest.json").read_text())


@pytest.fixture(scope="module")
def models(manifest) -> list[dict]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(found) > 40
    return found


def tracked(*patterns: str) -> list[Path]:
    """The files of the project that git knows or would add."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=PROJECT, capture_output=True, text=True, check=True)
    return [PROJECT / line for line in listed.stdout.splitlines() if (PROJECT / line).is_file()]


def test_every_model_has_a_yaml_of_its_own_beside_it(models):
    missing = [m["original_file_path"] for m in models if not (PROJECT / m["original_file_path"]).with_suffix(".yml").exists()]
    assert missing == []


def test_every_model_is_described_grain_first(models):
    wrong = [m["name"] for m in models if not re.match(r"(One|Each) .*(row|per)|One row", m["description"])]
    assert wrong == []


def test_every_column_that_is_declared_is_described(models):
    wrong = [f"{m['name']}.{c['name']}" for m in models for c in m["columns"].values() if not c["description"].strip()]
    assert wrong == []


def test_every_column_has_a_privacy_class(models):
    """`python -m pipelines.privacy.classes` proposes one for each column that has none."""
    wrong = [f"{m['name']}.{c['name']}" for m in models for c in m["columns"].values() if c["config"].get("meta", {}).get("privacy") not in CLASSES]
    assert wrong == []


def test_marts_have_enforced_contracts_and_are_public(models):
    marts = [m for m in models if m["schema"] == "marts"]
    assert len(marts) >= 9
    assert [m["name"] for m in marts if not m["config"]["contract"]["enforced"] or m["access"] != "public"] == []


DECISION = re.compile(r"\b(case|coalesce|nullif|row_number|rank|dense_rank|ntile|max_by|min_by|having)\b", re.IGNORECASE)
# What a unit test cannot give them (files, Python functions, every source at once), other tests do.
DECISIONS_TESTED_ELSEWHERE = {
    "int_phone_values": "tests/pipelines/standardize",
    "true_customers": "tests/test_end_to_end.py",
    "staging_outcomes": "tests/test_reconciliation.py",
    "entity_reconciliation": "tests/test_reconciliation.py",
}


def test_every_model_with_a_decision_in_it_has_a_unit_test(manifest, models):
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert len(tested) > 150
    deciding = {m["name"] for m in models if DECISION.search(re.sub(r"'[^']*'|--.*|{#.*?#}", "", m["raw_code"]))}
    assert deciding - tested == set(DECISIONS_TESTED_ELSEWHERE)
    assert [path for path in DECISIONS_TESTED_ELSEWHERE.values() if not (PROJECT / path).exists()] == []


def test_only_staging_and_named_exceptions_read_sources(models):
    allowed = ("models/staging/", "models/quality/")
    wrong = [
        f"{m['name']} reads {parent}"
        for m in models
        for parent in m["depends_on"]["nodes"]
        if parent.startswith("source.")
        and not parent.startswith(("source.svod.identity.", "source.svod.communications.", "source.svod.landing.set_traits"))
        and not m["original_file_path"].startswith(allowed)
    ]
    assert wrong == []


def test_every_column_that_identity_writes_is_described_and_no_other(manifest):
    described = {source["name"]: set(source["columns"]) for source in manifest["sources"].values() if source["schema"] == "identity"}
    written = {name.split(".")[1]: {part.split()[0] for part in columns.split(",")} for name, columns in TABLES.items() if name.startswith("identity.")}
    assert {name: columns for name, columns in described.items() if name in written} == written
    assert set(described) - set(written) == set(COMMENTS)
    assert [
        name
        for source in manifest["sources"].values()
        for name, column in source["columns"].items()
        if source["schema"] == "identity" and not column["description"]
    ] == []


def test_staging_models_are_named_after_their_source(models):
    wrong = [m["name"] for m in models if m["schema"] == "staging" and not m["name"].startswith(f"stg_{Path(m['original_file_path']).parent.name}__")]
    assert wrong == []


def test_a_model_fits_on_one_screen(models):
    long = {m["name"]: m["raw_code"].count("\n") for m in models if m["raw_code"].count("\n") > 130}
    assert long == {}


def test_sql_reads_the_same_on_duckdb_and_spark(models):
    """Spellings that mean something else on Spark stay inside macros (see docs/decisions.md)."""
    forbidden = {
        "::": r"::",
        "qualify": r"\bqualify\b",
        "exclude": r"\*\s*exclude",
        "concat()": r"\bconcat\(",
        r"\d": r"\\d",
        "now()": r"\bnow\(\)|current_(timestamp|date)",
    }
    wrong = [
        f"{m['name']}: {word}" for m in models for word, pattern in forbidden.items() if re.search(pattern, re.sub(r"--.*|\{#.*?#\}", "", m["raw_code"]), re.I)
    ]
    assert wrong == []


def test_every_python_module_says_what_it_is_for():
    bare = [
        str(path.relative_to(PROJECT))
        for path in tracked("pipelines/**.py", "orchestration/**.py", "expectations/**.py")
        if path.read_text() and not path.read_text().startswith(('"""', 'r"""'))
    ]
    assert bare == []


def test_pipelines_never_import_dagster():
    wrong = [str(path) for path in tracked("pipelines/**.py") if re.search(r"^\s*(import|from) dagster", path.read_text(), re.M)]
    assert wrong == []


def test_no_file_names_a_machine_or_a_registry():
    pattern = re.compile(r"/(root|home/[a-z]+|work)/[a-z]|pypi\.org|pythonhosted|registry\.npmjs", re.I)
    wrong = [
        str(path.relative_to(PROJECT))
        for path in tracked()
        if path.suffix in {".py", ".sql", ".yml", ".md", ".toml", ".lock", ""}
        and path.name != "test_conventions.py"
        and pattern.search(path.read_text(errors="ignore"))
    ]
    assert wrong == []


def test_a_history_has_the_columns_of_what_it_keeps(models):
    columns = {model["name"]: list(model["columns"]) for model in models}
    kept = [name.removesuffix("_history") for name in columns if f"{name.removesuffix('_history')}_as_of" in columns]
    assert len(kept) > 4
    for name in kept:
        assert columns[f"{name}_as_of"] == [column for column in columns[name] if column != "evaluated_at"], name
        assert columns[f"{name}_history"] == [*columns[f"{name}_as_of"], "valid_from", "valid_to"], name


def test_whatever_a_model_by_customer_reads_the_fingerprints_it_follows_read_too(manifest, models):
    """Otherwise something could change that no fingerprint shows, and the customer's rows would stay as they were."""
    nodes = manifest["nodes"]
    kind = {name: node["config"].get("materialized") for name, node in nodes.items()}

    def is_seen_through(name: str) -> bool:
        """A view, or a table with a number for all that its parents' rows say."""
        return kind.get(name) == "view" or (name in nodes and "sums_up" in nodes[name]["config"]["meta"])

    def parents(name: str) -> set[str]:
        """What a model reads, through views."""
        found = set(nodes[name]["depends_on"]["nodes"])
        return found | {further for parent in found if is_seen_through(parent) for further in parents(parent)}

    def follows(name: str) -> set[str]:
        known = {
            parent: {parent} if kind[parent] == "fingerprints" else follows(parent)
            for parent in parents(name)
            if kind.get(parent) in ("fingerprints", "by_customer", "history")
        }
        return set().union(*known.values())

    def covered(name: str) -> set[str]:
        return set().union(*(parents(fingerprints) for fingerprints in follows(name)))

    def is_safe(parent: str, name: str) -> bool:
        if parent.startswith("seed.") or kind.get(parent) in ("fingerprints", "view"):
            return True
        if kind.get(parent) in ("by_customer", "history"):
            # What changes with the time alone, no fingerprint shows.
            return follows(parent) <= follows(name) and "stands_until" not in nodes[parent]["config"]
        return parent in covered(name)

    by_customer = [model["unique_id"] for model in models if kind[model["unique_id"]] == "by_customer"]
    assert len(by_customer) > 25
    assert [f"{name} reads {parent}" for name in by_customer for parent in sorted(parents(name)) if not is_safe(parent, name)] == []
    assert [name for name in by_customer if not follows(name)] == []
    keys = {name: node["config"].get("key", "customer_id") for name, node in nodes.items()}
    assert [f"{name} follows {other}" for name in by_customer for other in sorted(follows(name)) if keys[name] != keys[other]] == []
