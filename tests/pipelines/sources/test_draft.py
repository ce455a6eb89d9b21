"""A drafted source works as it is: the project with it lints, builds, and its people arrive where identity reads them.

The drafts are made in a copy of the project, by the command, and built by dbt.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pytest

from pipelines.settings import PROJECT
from pipelines.sources.draft import draft
from pipelines.sources.report import Refusal

TILL = """Код клиента;ФИО клиента;Телефон;E-mail;Дата рождения;Пол;Город;Бонусная карта;Дата создания;Группа;Order;Комментарий
1001;Смирнова Анна Петровна;8 (916) 000-00-01;anna.smirnova@example.ru;17.05.1990;ж;Москва;2000000000017;01.02.2024 10:00;VIP;1;любит «скидки»
1002;Иванов Пётр;+7 916 000-00-02;petr@example.ru;;м;Тверь;;02.02.2024 11:30;;2;
1003;Кузнецова Ольга;;olga@example.ru, olga2@example.ru;где-то весной;ж;Москва;2000000000024;03.02.2024;;;
"""
CLIENTS = '''Client ID,First Name,Last Name,Email,Phone,"Notes ""private""",2nd choice,,Email
A-1,John,Whitfield,john@example.com,+14155550123,hello,x,y,john2@example.com
A-2,Jane,Roe,jane@example.com,+14155550124,,,,
'''
GUESTS = [
    ("Имя", "Фамилия", "Мобильный телефон", "День рождения", "Город"),
    ("Анна", "Смирнова", "+79160000001", "17.05.1990", "Москва"),
    ("Пётр", "Иванов", "+79160000002", None, None),
]
APP = """{"id": 7, "full_name": "Mary Field", "contacts": {"vk": 1}, "email": "mary@example.com"}
{"id": 8, "email": "nick@example.com", "phone": "+14155550125"}
"""
BUILD = ["--select", "+int_records", "+int_identifiers", "--exclude-resource-type", "unit_test", "test"]
TEST = [
    "--select",
    "path:models/staging/kassa",
    "path:models/staging/clients",
    "path:models/staging/gosti",
    "path:models/staging/app",
    "--resource-type",
    "test",
]


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> dict[str, Path]:
    """Four files that Svod does not know, by the name their source will have."""
    folder = tmp_path_factory.mktemp("exports")
    (folder / "Касса 2026-01-15.csv").write_bytes(TILL.replace("\n", "\r\n").encode("cp1251"))
    (folder / "clients.csv").write_text(CLIENTS)
    (folder / "app.jsonl").write_text(APP)
    book = openpyxl.Workbook()
    for row in GUESTS:
        book.active.append(row)
    book.save(folder / "гости.xlsx")
    return {"kassa": folder / "Касса 2026-01-15.csv", "clients": folder / "clients.csv", "gosti": folder / "гости.xlsx", "app": folder / "app.jsonl"}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project, as git knows it."""
    copy = tmp_path_factory.mktemp("project")
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=PROJECT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (PROJECT / name).is_file() and not name.startswith(("tests/pipelines", "tests/fixtures", "docs/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(project, exports, tmp_path_factory) -> Path:
    """The warehouse after the four sources were added, landed and built."""
    data = tmp_path_factory.mktemp("data")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SVOD_")} | {
        "SVOD_DATA": str(data),
    }

    def python(*words: str) -> None:
        run = subprocess.run([sys.executable, *words], cwd=project, env=environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr

    for name, path in exports.items():
        python("-m", "pipelines.cli", "sources", "add", str(path))
        (data / "inbox" / name).mkdir(parents=True)
        shutil.copy(path, data / "inbox" / name)
    python("-c", "from datetime import datetime; from pipelines.sources.landing import land; assert len(land(datetime(2026, 1, 20)).loaded) == 4")
    for command, selection in (("build", BUILD), ("build", TEST)):
        python("-m", "dbt.cli.main", command, "--profiles-dir", ".", "--log-path", str(data), "--target-path", str(data / "target"), "--quiet", *selection)
    return data


def query(data: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_people_of_drafted_sources_arrive_among_all_records(built):
    assert query(built, "select source, count(*) from intermediate.int_records group by source order by source") == [
        ("app", 2),
        ("clients", 2),
        ("gosti", 2),
        ("kassa", 3),
    ]
    anna = query(
        built,
        """select given_name, additional_name, family_name, gender, cast(birth_date as varchar), locality, cast(source_created_at as varchar), extra, failed_casts
        from intermediate.int_records where record_id = 'kassa:client:1001'""",
    )
    extra = '{"column_order":"1","gruppa":"VIP","kommentariy":"любит «скидки»"}'
    assert [(*row[:7], json.dumps(json.loads(row[7]), ensure_ascii=False, sort_keys=True, separators=(",", ":")), row[8]) for row in anna] == [
        ("Анна", "Петровна", "Смирнова", "female", "1990-05-17", "Москва", "2024-02-01 10:00:00", extra, None)
    ]
    assert query(built, "select failed_casts from intermediate.int_records where record_id = 'kassa:client:1003'") == [("birth_date",)]


def test_identifiers_of_drafted_sources_arrive_standardized(built):
    assert query(built, "select record_id, identifier_type, value from intermediate.int_identifiers where is_valid and source <> 'gosti' order by all") == [
        ("app:client:7", "email", "mary@example.com"),
        ("app:client:8", "email", "nick@example.com"),
        ("app:client:8", "phone", "+14155550125"),
        ("clients:client:A-1", "email", "john2@example.com"),
        ("clients:client:A-1", "email", "john@example.com"),
        ("clients:client:A-1", "phone", "+14155550123"),
        ("clients:client:A-2", "email", "jane@example.com"),
        ("clients:client:A-2", "phone", "+14155550124"),
        ("kassa:client:1001", "email", "anna.smirnova@example.ru"),
        ("kassa:client:1001", "loyalty_card", "2000000000017"),
        ("kassa:client:1001", "phone", "+79160000001"),
        ("kassa:client:1002", "email", "petr@example.ru"),
        ("kassa:client:1002", "phone", "+79160000002"),
        ("kassa:client:1003", "email", "olga2@example.ru"),
        ("kassa:client:1003", "email", "olga@example.ru"),
        ("kassa:client:1003", "loyalty_card", "2000000000024"),
    ]
    assert query(built, "select value from intermediate.int_identifiers where source = 'gosti' order by all") == [("+79160000001",), ("+79160000002",)]


def test_a_draft_keeps_the_rules_of_the_house(built, project, exports):
    for words in (["check"], ["format", "--check"]):
        run = subprocess.run(
            ["ruff", *words, "--no-cache", *(f"pipelines/sources/{name}.py" for name in exports)], cwd=project, capture_output=True, text=True, env=with_tools()
        )
        assert run.returncode == 0, run.stdout
    manifest = json.loads((built / "target" / "manifest.json").read_text())
    drafted = [node for node in manifest["nodes"].values() if node["resource_type"] == "model" and Path(node["original_file_path"]).parent.name in exports]
    assert sorted(node["name"] for node in drafted) == sorted(f"stg_{name}__{shape}" for name in exports for shape in ("identifiers", "records"))
    for node in drafted:
        assert (project / node["original_file_path"]).with_suffix(".yml").exists()
        assert re.match("One row per", node["description"])
        columns = {row[0] for row in query(built, f"describe staging.{node['name']}")}
        assert columns == node["columns"].keys(), "every column is described, and none that is not there"
        assert all(column["description"] for column in node["columns"].values())


def with_tools() -> dict[str, str]:
    """An environment in which the tools beside this Python are found."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("orders2.csv", "sku,amount\nA,1\n", "no column looks like a name"),
        ("nothing.csv", "", "no table was found"),
        ("page.json", "{}", "no column looks like a name"),
        ("cut_off.jsonl", '{"email": "a@example.com"}\n{"email', "cannot be read"),
        ("table.parquet", "no Parquet", "cut off or damaged"),
        ("packed.zip", "PK", "not from .zip"),
        ("book.xlsx", "no workbook", "the workbook is damaged"),
        ("hubspot.csv", "email,name\na@example.com,A\n", "there is a source named hubspot"),
    ],
)
def test_a_file_that_cannot_be_a_source_is_refused_and_nothing_is_written(tmp_path, name, content, reason):
    (tmp_path / "pipelines/sources").mkdir(parents=True)
    (tmp_path / "pipelines/sources/hubspot.py").touch()
    (tmp_path / "dbt_project.yml").write_text("vars:\n  staged:\n    records: [hubspot]\n    identifiers: [hubspot]\n")
    (tmp_path / name).write_text(content)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Refusal, match=reason) as refusal:
        draft(tmp_path / name, project=tmp_path)
    assert refusal.value.remedy
    assert sorted(tmp_path.rglob("*")) == before
