"""Records leave the content of an export, and every other byte of it stays, whatever kind of file it is."""

import json
import random
import zipfile
from io import BytesIO

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.privacy.json_cut import cut_elements, cut_things
from pipelines.privacy.lines import Doomed, rewrite


def doomed(lines=(), shared=(), starts=(), removed=(), text="anna@example.com") -> Doomed:
    return Doomed(set(lines), set(shared), list(starts), set(removed), lambda thing: (thing if isinstance(thing, str) else thing.get("email")) == text, {text})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_record_over_several_lines_goes_and_all_else_stays(encoding, ending):
    lines = ["имя;почта", "Анна;a@example.com", '"Ольга', 'в две строки";o@example.com', "", "Иван;i@example.com"]
    content = ending.join(lines).encode(encoding)
    new = rewrite(content, encoding, "delimited", doomed(lines=[3], starts=[2, 3, 6]))
    assert new == ending.join([*lines[:2], *lines[4:]]).encode(encoding)


def test_a_second_erasure_finds_its_lines_in_a_file_that_became_shorter():
    content = b"h\na\nb\nc\nd\n"
    first = rewrite(content, "utf-8", "delimited", doomed(lines=[2, 4], starts=[2, 3, 4, 5]))
    assert first == b"h\nb\nd\n"
    assert rewrite(first, "utf-8", "delimited", doomed(lines=[2, 4, 5], starts=[3, 5], removed=[2, 4])) == b"h\nb\n"


def test_only_the_things_of_one_person_leave_a_body_that_holds_many():
    body = '[ {"email":"anna@example.com","a":[1]},{"email": "ivan@example.com"} , {"email":"anna@example.com"} ]'
    new = rewrite((body + "\n" + body + "\n").encode(), "utf-8", "json", doomed(shared=[1], starts=[1, 2])).decode().split("\n")
    assert new == ['[ {"email": "ivan@example.com"} ]', body, ""]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-16"])
def test_of_a_row_that_names_two_people_only_the_cells_of_one_become_empty(encoding):
    rows = ["почта;телефон;что", "anna@example.com;+79000000001;да", '"anna@example.com"; +79000000001 ;"в две', 'строки"', "anna@example.com;;нет"]
    new = rewrite("\n".join(rows).encode(encoding), encoding, "delimited", doomed(lines=[5], shared=[3], starts=[2, 3, 5], text="+79000000001"))
    assert new.decode(encoding).split("\n") == [*rows[:2], '"anna@example.com";;"в две', 'строки"']
    listed = [{"email": "anna@example.com", "phone": "+79000000001"}] * 3
    kept = rewrite(json.dumps(listed).encode(), "utf-8", "delimited", doomed(lines=[3], shared=[2], text="+79000000001"))
    assert json.loads(kept) == [listed[0], listed[0] | {"phone": ""}]


def test_nor_do_they_stay_in_a_workbook_or_in_parquet():
    rows = [["email", "phone"], ["anna@example.com", "+79000000001"], ["ivan@example.com", "+79000000001"], ["olga@example.com", "+79000000002"]]
    book, stream = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.active.cell(4, 2).value = 79000000001
    book.save(stream)
    left = openpyxl.load_workbook(BytesIO(rewrite(stream.getvalue(), "xlsx", "delimited", doomed(lines=[2], shared=[3], text="+79000000001")))).active
    assert [[cell.value for cell in left[number]] for number in (1, 3, 4)] == [rows[0], ["ivan@example.com", None], ["olga@example.com", 79000000001]]
    numbered = openpyxl.load_workbook(BytesIO(rewrite(stream.getvalue(), "xlsx", "delimited", doomed(shared=[4], text="79000000001")))).active
    assert [cell.value for cell in numbered[4]] == ["olga@example.com", None] and numbered["B3"].value == "+79000000001"
    pq.write_table(pa.table({"email": [row[0] for row in rows[1:]], "phone": [row[1] for row in rows[1:]], "n": [1, 2, 3]}), stream := BytesIO())
    kept = pq.read_table(BytesIO(rewrite(stream.getvalue(), "utf-8", "delimited", doomed(lines=[1], shared=[2], text="+79000000001"))))
    assert kept.to_pydict() == {"email": ["ivan@example.com", "olga@example.com"], "phone": [None, "+79000000002"], "n": [2, 3]}


def test_a_copy_of_a_file_all_of_whose_people_were_erased_keeps_its_header():
    assert rewrite(b"h\na\nb\n", "utf-8", "delimited", doomed(lines=[2, 3], starts=[2, 3])) == b"h\n"
    assert rewrite(b"h\n", "utf-8", "delimited", doomed(lines=[2, 3], starts=[], removed=[2, 3])) == b"h\n"


@pytest.mark.parametrize("broken", ['[{"email":"anna@example.com","event":', '{"email":"anna@example.com"', "", "no JSON", '{"a": nothing}'])
def test_a_line_that_is_cut_off_stays_and_stops_nothing(broken):
    whole = '[{"email":"anna@example.com"},{"email":"ivan@example.com"}]'
    new = rewrite(f"{whole}\n{broken}\n{whole}\n".encode(), "utf-8", "json", doomed(shared=[1, 2, 3], starts=[1, 2, 3])).decode().split("\n")
    assert new == ['[{"email":"ivan@example.com"}]', broken, '[{"email":"ivan@example.com"}]', ""]


def test_any_elements_leave_a_list_and_json_stays_json():
    draw = random.Random(3)
    for size in range(6):
        values = [{"email": "anna@example.com" if draw.random() < 0.5 else "ivan@example.com", "n": n} for n in range(size)]
        for text in (json.dumps(values), json.dumps(values, indent=2), json.dumps({"x": 1, "response": {"leads": values}, "y": [2]})):
            kept, left = cut_things(text, lambda thing: thing["email"] == "anna@example.com")
            found = json.loads(kept)
            assert (found if isinstance(found, list) else found["response"]["leads"]) == [value for value in values if value["email"] != "anna@example.com"]
            assert left == len([value for value in values if value["email"] != "anna@example.com"])
        numbers = {number for number in range(1, size + 1) if draw.random() < 0.5}
        assert json.loads(cut_elements(json.dumps({"result": values}), numbers))["result"] == [v for n, v in enumerate(values, start=1) if n not in numbers]


def test_a_row_leaves_a_workbook_and_its_texts_with_it():
    book = openpyxl.Workbook()
    for row in (["name", "email"], ["Anna", "anna@example.com"], ["Ivan", "ivan@example.com"], ["Anna", "other@example.com"]):
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    new = rewrite(stream.getvalue(), "xlsx", "delimited", doomed(lines=[2]))
    with zipfile.ZipFile(BytesIO(new)) as archive:
        assert not any(b"anna@example.com" in archive.read(info) for info in archive.infolist())
    sheet = openpyxl.load_workbook(BytesIO(new)).active
    assert [[cell.value for cell in sheet[number]] for number in (1, 3, 4)] == [["name", "email"], ["Ivan", "ivan@example.com"], ["Anna", "other@example.com"]]


def test_a_row_leaves_a_parquet_file():
    stream = BytesIO()
    pq.write_table(pa.table({"email": ["anna@example.com", "ivan@example.com"]}), stream)
    new = rewrite(stream.getvalue(), "parquet", "json", doomed(lines=[1]))
    assert pq.read_table(BytesIO(new)).to_pylist() == [{"email": "ivan@example.com"}] and b"anna" not in new
