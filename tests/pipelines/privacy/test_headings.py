"""What the page for a person calls things: words in both languages for every table that may hold somebody."""

import yaml

from pipelines.privacy.export import HIDDEN
from pipelines.privacy.headings import TABLES, column_heading, columns, heading
from pipelines.settings import PROJECT

# Of no single person.
OF_NOBODY = {
    "campaign_reasons",
    "campaign_results",
    "experiment_results",
    "segment_catalog",
    "segment_fingerprints",
    "segment_overlaps",
    "segment_sizes",
    "segment_terms",
}


def test_every_table_of_people_has_words_in_both_languages():
    models = {
        f"{schema}.{path.stem}"
        for schema, where in (("marts", "marts"), ("segments", "segments/engine"))
        for path in (PROJECT / "models" / where).glob("*.sql")
    }
    models |= {f"history.{path.stem}" for path in (PROJECT / "models/history").glob("*_history.sql")}
    assert {table for table in models if table.split(".")[1] not in OF_NOBODY} - TABLES.keys() == set()
    assert [table for table, words in TABLES.items() if len(set(words)) != 2 or any("_" in word or not word for word in words)] == []


def test_sources_and_segments_go_by_their_titles():
    segments = {"never_bought": ("Never bought", "Ни разу не купили")}
    assert heading("segments.never_bought", "ru", segments) == "Список «Ни разу не купили»"
    assert heading("raw_mailchimp.members", "en", {}) == "Received from Mailchimp: members"
    assert heading("marts.customers", "ru", {}) == "Ваш профиль"
    assert heading("marts.my_own_table", "en", {}) == "My own table"


def test_every_column_of_those_tables_has_words_in_both_languages():
    described = [yaml.safe_load(path.read_text()) for folder in ("marts", "segments/engine") for path in (PROJECT / "models" / folder).rglob("*.yml")]
    models = [model for file in described for model in file.get("models", []) if model["name"] in {table.split(".")[1] for table in TABLES}]
    names = {column["name"] for model in models for column in model["columns"]}
    assert len(names) > 150 and names - columns().keys() - set(HIDDEN) == set()
    assert [name for name, words in columns().items() if not all(words.values()) or words["en"] == words["ru"]] == []
    assert column_heading("marts.consents", "is_granted", "ru") == "Согласие дано"
    assert column_heading("raw_mailchimp.members", "email_address", "ru") == "email_address"
