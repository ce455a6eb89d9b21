"""What people wrote into the project's own files, beside the data, is a place like any other."""

import pytest

from pipelines.privacy import erase, places, searching, subject
from pipelines.warehouse import connect

WRITTEN = {
    "seeds/static_lists.csv": "list,identifier\nvip_guests,Anna@Example.com\nvip_guests,c_0123456789abcdef\nvip_guests,boris@example.com\n",
    "seeds/identity_overrides.csv": "action,left_record_id,right_record_id,reason,author,decided_at\nmust_link,orders:buyer:7,orders:buyer:8,,,\n",
    "site/index.html": "<p>anna@example.com, boris@example.com</p>",
}
LEFT = {
    "seeds/static_lists.csv": "list,identifier\nvip_guests,boris@example.com\n",
    "seeds/identity_overrides.csv": "action,left_record_id,right_record_id,reason,author,decided_at\n",
    "site/index.html": "<p>[erased], boris@example.com</p>",
}


@pytest.fixture
def project(data, tmp_path, monkeypatch):
    folder = tmp_path / "project"
    for name, text in WRITTEN.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setattr(places, "PROJECT", folder)
    monkeypatch.setattr(places, "settings", lambda: type("Elsewhere", (), {"data": tmp_path / "empty", "inbox_url": str(tmp_path / "none")}))
    monkeypatch.setattr(places, "dbt_target", lambda: tmp_path / "none")
    return folder


def test_lists_and_decisions_made_by_hand_and_the_site_lose_whoever_is_erased(project, tmp_path):
    path = tmp_path / "subject.duckdb"
    subject.create(path)
    with connect() as connection:
        connection.execute(f"attach '{path}' as subject")
        connection.execute("insert into subject.needles values ('anna@example.com')")
        connection.execute("insert into subject.records values ('orders:buyer:7')")
        connection.execute("insert into subject.customers values ('c_0123456789abcdef')")
    assert sum(searching.search(path).values()) == 4
    erase._clean_files(path)
    assert {name: (project / name).read_text() for name in WRITTEN} == LEFT
    assert sum(searching.search(path).values()) == 0
