"""`svod identity evaluate` as typed, on files as people have them: any spelling of the same facts gives the same people."""

import ast
import json
import os
import re

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.identity.commands import _interval
from pipelines.identity.evaluate import SINGLE
from pipelines.identity.evaluation_files import BLANKS, PREFIX, SPACES, store_truth
from pipelines.identity.measure import quality
from pipelines.identity.words import words
from pipelines.settings import PROJECT, settings

FULL = (
    ("Record ID", "Имя", "FAMILY NAME", "Birth Date", "E-mail", "Phone number", "Loyalty colour"),
    ("1", "Марина", "Верещагина", "1956-04-09", "", "", "green"),
    ("2", "Marina", "Vereshchagina", "19560409", "", "", ""),
    ("3", "Марина;Мариша", "Верещагина", "09.04.1956", "m.ver@example.ru; verochka@example.com", "", ""),
    ("4", "", "", "", "verochka@example.com", "", ""),
    ("5", "Глеб", "Стоянов", "1971-11-30", "", "+7 912 555-01-02;+7 912 555-01-77", ""),
    ("6", "Глеб", "Стоянов", "1971", "", "8 (912) 555 01 77", ""),
    ("6", "Глеб", "Стоянов", "1971", "", "8 (912) 555 01 77", ""),
    ("7", "Олеся", "Пантелеева", "не знаю", "olesya.p@example.ru", "", ""),
)
PEOPLE = {"1": "a", "2": "a", "3": "a", "4": "a", "5": "b", "6": "b", "7": "c", "99": "c"}


@pytest.fixture(scope="module")
def svod(module_data):
    """Runs a command as typed: exit code, what stands on the screen, what stands beside it."""

    def typed(*words: object) -> tuple[int, str, str]:
        settings.cache_clear()
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["identity", "evaluate", *map(str, words)])
        return result.exit_code, result.stdout, result.stderr

    return typed


@pytest.fixture(scope="module")
def russian(svod, module_data):
    """A file as a Russian spreadsheet program saves it, and its truth as Parquet: what came out, and who is who."""
    records, truth, clusters = module_data / "КЛИЕНТЫ.CSV", module_data / "truth.PARQUET", module_data / "clusters.csv"
    lines = (";".join(f'"{cell}"' if ";" in cell else cell for cell in row) for row in FULL)
    records.write_bytes("\r\n".join(lines).encode("cp1251"))
    rows = ", ".join(f"({record}, '{person}')" for record, person in PEOPLE.items())
    duckdb.execute(f"copy (select * from (values {rows}) as t(record_id, entity_id)) to '{truth}' (format parquet)")
    before = dict(os.environ)
    code, out, err = svod(records, "--truth", truth, "--clusters", clusters, "--json")
    assert dict(os.environ) == before
    assert code == 0, err
    return json.loads(out), err, dict(line.split(",") for line in clusters.read_text().splitlines()[1:])


def test_with_json_the_figures_are_all_that_stands_on_the_screen(russian):
    figures, beside, _ = russian
    assert {"quality", "pairs_scored", "model", "seconds", "cpu_seconds", "peak_mb"} <= figures.keys()
    assert beside.split("\n")[:3] == ["reading …", "standardizing …", "matching …"]


def test_one_birthday_in_three_spellings_and_two_alphabets_is_one_person(russian):
    clusters = russian[2]
    assert clusters["1"] == clusters["2"] == clusters["3"]


def test_any_of_several_values_in_a_cell_can_be_the_one_that_matches(russian):
    clusters = russian[2]
    assert clusters["3"] == clusters["4"]
    assert clusters["5"] == clusters["6"] != clusters["7"]


def test_further_values_of_what_a_person_has_one_of_are_counted_and_not_named(russian):
    notes = russian[0]["notes"]
    assert "Cells with several values, of which only the first is compared: 1 (given_name)" in notes
    assert not any("Мариша" in note for note in notes)


def test_columns_with_one_value_are_those_of_which_staging_takes_the_first():
    staging = (PROJECT / "models" / "staging" / "people" / "stg_people__records.sql").read_text()
    assert set(SINGLE) == set(re.findall(r"first_of_several\('(\w+)'\)", staging))


def test_a_record_that_comes_twice_counts_once_and_is_told(russian):
    assert russian[0]["records"] == len(russian[2]) == 7
    assert any(note.startswith("1 rows repeat a record id") for note in russian[0]["notes"])


def test_a_column_that_is_not_used_is_told(russian):
    assert "Columns of КЛИЕНТЫ.CSV that are not used, since none is known by that name: Loyalty colour" in russian[0]["notes"]


def test_a_record_of_the_truth_that_is_not_there_is_told_and_counts_as_not_found(russian):
    figures = russian[0]
    assert figures["notes"][-1:] == ["1 records of the truth are not among the records: each counts as a customer of its own"]
    assert figures["quality"]["recall"] == pytest.approx(7 / 8)
    assert figures["quality"]["precision"] == 1


def test_memory_is_that_of_standardizing_and_matching_together(russian):
    assert russian[0]["peak_mb"] > 250


def test_nothing_stays_but_what_dbt_made_of_the_project(russian, module_data):
    assert not (module_data / "warehouse.duckdb").exists()
    assert len(list((module_data / "target").iterdir())) == 1


def test_numbers_with_gaps_in_parquet_and_a_truth_with_a_byte_order_mark_are_read(svod, module_data, russian):
    records, truth = module_data / "people.parquet", module_data / "Truth.Csv"
    duckdb.execute(f"""
        copy (
            select * from (values
                (1::double, 'Fiona', 'Abernathy', 79125550102::double, ['fiona.a@example.com', 'fa@example.org']),
                (2, 'Fiona', 'Abernathy', 79125550102, null), (3, 'Gustav', 'Holmqvist', null, ['fa@example.net'])
            ) as t(record_id, given_name, family_name, phone, email)
        ) to '{records}' (format parquet)
    """)
    truth.write_text("﻿RECORD_ID\tEntity ID\n1\tx\n2\tx\n3\ty\n3\tz\n")
    code, screen, _ = svod(records, "--truth", truth)
    figures = {cells[0].strip(): cells[1].strip() for line in screen.splitlines() if line.count("│") == 3 and (cells := line.split("│")[1:])}
    assert code == 0
    assert figures["customers"] == "2"
    assert figures["people, by the truth"] == "1 of 2 records"
    assert figures["pairwise recall"].startswith("1.0000")
    assert "1 records have several entities in Truth.Csv" in screen


def test_where_a_figure_lies_is_said_in_russian_too():
    assert _interval(0.925, 0.0125, words(russian=False)) == "0.9250  (95%: 0.9005 to 0.9495)"
    assert _interval(0.925, None, words(russian=False)) == "0.9250  (too few people with pairs to say how sure)"
    assert _interval(0.925, 0.0125, words(russian=True)) == "0.9250  (95 %: от 0.9005 до 0.9495)"


def test_figures_and_what_was_met_are_said_in_russian_too(svod, module_data, russian):
    records, truth = module_data / "few.csv", module_data / "few_truth.csv"
    records.write_text(
        "record_id,name,email,colour\n1,Fiona Abernathy,fa@example.org,green\n2,Fiona Abernathy,fa@example.org,red\n2,Fiona Abernathy,fa@example.org,red\n"
    )
    truth.write_text("record_id,entity_id\n1,x\n2,x\n")
    code, screen, _ = svod(records, "--truth", truth, "--ru")
    assert code == 0
    for said in ("клиентов", "полнота по парам", "Строк, где id записи повторён или пуст: 1", "они не используются: colour", "взята готовая модель"):
        assert said in screen
    assert "records" not in screen and "customers" not in screen


def test_keys_that_are_addresses_or_phones_come_back_as_they_were_given(svod, module_data, russian):
    records, truth, clusters = (module_data / f"keyed_{name}.csv" for name in ("records", "truth", "clusters"))
    records.write_text("record_id,name,email\nFiona@example.com,Fiona Abernathy,fa@example.org\n79125550102,Fiona Abernathy,fa@example.org\n")
    truth.write_text("record_id,entity_id\nFiona@example.com,x\n79125550102,x\n")
    code, screen, _ = svod(records, "--truth", truth, "--clusters", clusters, "--json")
    assert code == 0
    assert json.loads(screen)["quality"]["f1"] == 1
    assert {line.split(",")[0] for line in clusters.read_text().splitlines()[1:]} == {"Fiona@example.com", "79125550102"}


def test_names_and_dates_that_stand_for_not_known_are_counted_and_not_named(svod, module_data, russian):
    records = module_data / "placeholders.csv"
    others = [f"{n},Given{n} Family{n},{1950 + n % 40}-{1 + n % 12:02d}-{2 + n % 26:02d},p{n}@example.com" for n in range(200)]
    guests = [f"g{n},Guest User,1970-01-01,g{n}@example.com" for n in range(30)]
    records.write_text(
        "\n".join(["record_id,name,birth_date,email", *others, *guests, *(f"d{n},Other{n} Folk{n},1970-01-01,d{n}@example.com" for n in range(30))])
    )
    code, screen, _ = svod(records, "--json")
    assert code == 0
    notes = json.loads(screen)["notes"]
    assert "Names taken for “not known”, since too many people have each: 1, in 30 records" in notes
    assert "Birth dates taken for “not known”, since too many people have each: 1, in 60 records" in notes
    assert not any("Guest" in note or "1970" in note for note in notes)


def test_a_file_without_rows_has_no_customers(svod, module_data, russian):
    records = module_data / "empty.csv"
    records.write_text("record_id,email\n")
    code, screen, _ = svod(records, "--json")
    assert code == 0
    assert (json.loads(screen)["records"], json.loads(screen)["quality"]) == (0, None)


REFUSED = {
    "no record id": ("name,email\nFiona,fiona@example.com\n", "missing record_id"),
    "nothing": ("", "empty"),
    "not what it is called": ("PAR1 and no more", "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_list_of_people_is_refused_with_a_reason_and_no_value(svod, module_data, name):
    content, reason = REFUSED[name]
    records = module_data / "refused.csv"
    records.write_text(content)
    code, screen, beside = svod(records)
    assert (code, screen) == (4, "")
    assert reason in beside and "fiona" not in beside.lower()


def test_a_truth_without_its_columns_is_refused_before_anything_is_matched(svod, module_data):
    records = module_data / "some.csv"
    records.write_text("record_id,email\n1,fiona@example.com\n")
    code, _, beside = svod(records, "--truth", records)
    assert code == 4
    assert "entity_id" in beside and "matching" not in beside


def test_a_place_for_the_clusters_that_does_not_exist_is_wrong_usage(svod, module_data):
    records = module_data / "some.csv"
    records.write_text("record_id\n1\n")
    code, screen, beside = svod(records, "--clusters", module_data / "nowhere" / "out.csv")
    assert (code, screen, beside.count("\n")) == (2, "", 1) and "cannot be written" in beside


def test_figures_against_truth_are_those_counted_by_hand(tmp_path):
    truth = tmp_path / "truth.parquet"
    with duckdb.connect() as connection:
        for table, column, groups in (("people", "person_id", "xxxyz"), ("found", "customer_id", "11223")):
            values = ", ".join(f"('{record}', '{group}')" for record, group in zip("abcde", groups, strict=True))
            connection.execute(f"create table {table} as select * from (values {values}) as t(record_id, {column})")
        connection.execute(f"copy people to '{truth}' (format parquet)")
        got = quality(connection, truth, "found")
    # Pairs found: ab, cd; true: ab, ac, bc.
    assert (got.precision, got.recall, got.f1) == pytest.approx((1 / 2, 1 / 3, 2 / 5))
    assert (got.bcubed_precision, got.bcubed_recall) == pytest.approx((4 / 5, (2 / 3 + 2 / 3 + 1 / 3 + 2) / 5))
    assert (got.exact_share, got.over_merged, got.under_merged) == (pytest.approx(1 / 3), 1, 1)
    # Two people have pairs that were found, one alone has true ones.
    assert (got.precision_error, got.f1_error) == pytest.approx((0.25, 0.08))
    assert got.recall_error is None


def test_rows_of_the_truth_that_say_not_known_are_nobody_and_counted(tmp_path):
    truth, to = tmp_path / "truth.csv", tmp_path / "out" / "truth.parquet"
    unknown = ("NULL", "NA", "nan", "None", "n/a", "не указано", "\u00a0", "")
    rows = [f"{number},{word}" for number, word in enumerate(unknown)] + ["NULL,a", "a1,a", "\u00a0a2\u200b,\u00a0a"]
    truth.write_text("\n".join(["record_id,entity_id", *rows]))
    notes = store_truth(truth, to, tmp_path / "truth")
    assert duckdb.execute(f"select * from '{to}' order by all").fetchall() == [(f"{PREFIX}a1", "a"), (f"{PREFIX}a2", "a")]
    said = "name no record or no entity, being empty or saying NULL, n/a and the like, and are left out"
    assert notes == [f"{len(unknown) + 1} rows of truth.csv {said}"]


def test_blank_and_space_are_the_same_in_a_truth_as_in_records():
    macros = (PROJECT / "macros" / "text.sql").read_text()
    assert tuple(ast.literal_eval(re.search(r"return\((\[.*?\])\)", macros)[1])) == BLANKS
    assert tuple(int(number) for number in re.findall(r"chr\((\d+)\)", re.search(r"macro trimmed.*?endmacro", macros, re.S)[0])) == SPACES
