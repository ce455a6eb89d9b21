"""Every way a file can be wrong that people have met: it loads right, or it is refused with a reason, and never stops the others."""

import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from inbox_files import HEADER, orders, put, query

from pipelines.sources.landing import land

RUN_AT = datetime(2026, 1, 1, tzinfo=UTC)
RUSSIAN = "Номер заказа;Дата заказа;ФИО;Телефон;Комментарий\n1;01.02.2025;Иванова Анна Петровна;+7 900 000-00-01;перезвонить вечером\n2;02.02.2025;Сидоров Пётр Ильич;+7 900 000-00-02;\n"
ROW = "A1,2025-01-02,buyer@example.com,S,1\n"


def workbook(rows: list[list], sheet_before: bool = False) -> bytes:
    book = openpyxl.Workbook()
    if sheet_before:
        book.active.append(["Contents"])
        book.create_sheet("Data")
    for row in rows:
        book.worksheets[-1].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream)
    return stream.getvalue()


def zipped(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return stream.getvalue()


EVENTS = pa.table({"event_name": ["page_view", "purchase"], "event_params": [[{"key": "page", "value": {"int_value": 1}}], []], "user_id": ["u1", None]})

# name: (content, rows loaded, lines quarantined)
LOADING = {
    "orders/plain.csv": (orders(5), 5, []),
    "orders/mark.csv": (b"\xef\xbb\xbf" + orders(3, "mark").encode(), 3, []),
    "orders/mark_quoted.csv": (b'\xef\xbb\xbf"order_id","ordered_at","note, long"\n"1","2025-01-01","x, y"\n', 1, []),
    "orders/utf16.csv": (orders(3, "wide").encode("utf-16"), 3, []),
    "orders/utf16_without_mark.csv": (orders(3, "bare").encode("utf-16-le"), 3, []),
    "orders/cp1251.csv": (RUSSIAN.encode("cp1251"), 2, []),
    "orders/koi8.csv": (RUSSIAN.replace("Анна", "Мария").encode("koi8-r"), 2, []),
    "orders/dos.csv": (RUSSIAN.replace("Анна", "Ольга").encode("cp866"), 2, []),
    "orders/latin.csv": ((HEADER + "A1,2025-01-02,josé@example.com,café,1\n").encode("cp1252"), 1, []),
    "orders/crlf.csv": (orders(4, "crlf").replace("\n", "\r\n"), 4, []),
    "orders/mixed_ends.csv": (HEADER + ROW + ROW.replace("\n", "\r\n") + ROW, 3, []),
    "orders/old_mac.csv": (orders(4, "mac").replace("\n", "\r"), 4, []),
    "orders/semicolon.csv": (orders(4, "semi").replace(",", ";"), 4, []),
    "orders/tab.tsv": (orders(4, "tab").replace(",", "\t"), 4, []),
    "orders/pipe.csv": (orders(4, "pipe").replace(",", "|"), 4, []),
    "orders/no_last_line_end.csv": (orders(4, "end").rstrip("\n"), 4, []),
    "orders/blank_lines.csv": (HEADER + "\n" + ROW + "\n\n" + ROW.replace("A1", "A9") + "\n", 2, []),
    "orders/title.csv": ("Orders of 2025,,,,\n\n" + orders(2, "title"), 2, []),
    "orders/excel_says_sep.csv": ("sep=;\n" + orders(2, "sep").replace(",", ";"), 2, []),
    "orders/short_and_long.csv": (HEADER + ROW + "short,1\n" + "a,b,c,d,e,f\n" + ROW, 2, [3, 4]),
    "orders/unclosed_quote.csv": (HEADER + 'A1,2025-01-02,"never closed,S,1\n' + "".join(ROW.replace("A1", f"B{n}") for n in range(50)), 50, [2]),
    "orders/unclosed_twice.csv": (HEADER + ROW + 'A2,"x,y,S,1\n' + ROW + 'A3,"x,z,S,1\n' + ROW + 'A4,d,"fine, really",S,1\n', 4, [3, 5]),
    "orders/inches.csv": (HEADER + 'A1,2025-01-02,b@example.com,5" screen,1\n', 1, []),
    "orders/line_in_cell.csv": (HEADER + 'A1,2025-01-02,b@example.com,"two\nlines",1\n' + ROW + "short\n", 2, [5]),
    "orders/nul.csv": (HEADER.encode() + b"A\x001,2025-01-02,b@example.com,S,1\n", 1, []),
    "orders/accents_and_a_broken_byte.csv": ((HEADER + "A1,x,josé@example.com,Müller,1\n").encode() + "A2,x,b@example.com,Zoë,1\n".encode("cp1252"), 1, [3]),
    "orders/half_character.csv": (HEADER.encode() + "A1,ж,ж,ж,ж\n".encode() * 30 + b"A2,2025-01-02,\xed\xa0\x80,S,1\n" + ROW.encode(), 31, [32]),
    "orders/utf16_half_character.csv": (
        (HEADER + ROW).encode("utf-16") + "A2,x,".encode("utf-16-le") + b"\x3d\xd8" + ",S,1\n".encode("utf-16-le") + "A3,x,y,S,1\n".encode("utf-16-le"),
        2,
        [3],
    ),
    "orders/repeated_headers.csv": ("order_id,ordered_at,Цвет,Цвет,Color\n1,2025-01-01,красный,белый,red\n", 1, []),
    "orders/unseen_in_header.csv": ("\u200border_id,ordered\x00_at,email\u00a0\nU1,2025-01-02,u@example.com\n", 1, []),
    "orders/header_only.csv": (HEADER.rstrip("\n"), 0, []),
    "orders/missing_column.csv": ("order_id,ordered_at\n1,2025-01-01\n", 1, []),
    "orders/lines.jsonl": ('{"order_id": "J1", "ordered_at": "2025-01-02"}\n\n{"order_id": "J2", "ordered_at": "2025-01-02", "colour": "red"}\n', 2, []),
    "orders/book.xlsx": (
        workbook(
            [
                ["order_id", "ordered_at", "quantity", "unit_price", "email"],
                [17, date(2025, 1, 2), 2.0, 10.5, "a@example.com"],
                [None],
                [18, datetime(2025, 1, 2, 3, 4, 5), 1, 7, "b@example.com"],
            ]
        ),
        2,
        [],
    ),
    "orders/second_sheet.xlsx": (workbook([["Report"], ["order_id", "ordered_at"], ["x", "y"]], sheet_before=True), 1, []),
    "orders/packed.csv.gz": (gzip.compress(orders(6, "gz").encode(), mtime=0), 6, []),
    "orders/table.parquet": (parquet(pa.table({"Order ID": [1, 2], "ordered_at": [date(2025, 1, 2)] * 2, "other": ["x", None]})), 2, []),
    "segment/lines.jsonl": ('{"type":"track"}\nnot json\n\n{"type":"page"}\n{"cut":\n', 2, [2, 5]),
    "segment/surrogate.jsonl": ('{"a":"\\ud83d\\ude00"}\n{"a":"\\ud83d"}\n', 1, [2]),
    "segment/broken_bytes.jsonl": (b'{"a":1}\n{"a":"\xff"}\n' + '{"a":"жжжжжжжжжжжжжжжжжжжжж"}\n'.encode() * 2, 3, [2]),
    "segment/list.json": ('[\n {"type": "track"},\n {"type": "page"}\n]', 2, []),
    "segment/document.json": ('{\n "type": "track"\n}', 1, []),
    "segment/empty_list.json": ("[]", 0, []),
    "ga4/events_20250102.parquet": (parquet(EVENTS), 2, []),
    "metrica/visits.tsv": (
        'ym:s:visitID\tym:s:clientID\tym:s:startURL\tym:s:goalsID\n18446744073709551615\t1\thttps://example.com/?q="x\t[1,2]\n2\t2\t"Best" shoes\t["a"]\n',
        2,
        [],
    ),
    "mailchimp/audience.zip": (zipped(subscribed__csv="Email Address\na@example.com\n", __MACOSX_x="", README__md="x"), 1, []),
}

# name: (content, words of the reason)
REFUSED = {
    "orders/empty.csv": (b"", "empty"),
    "orders/only_blank.csv": (b"\r\n\r\n", "empty"),
    "orders/no_header.csv": ("1,2025-01-02,private@example.com,S,1\n2,2025-01-02,secret@example.com,S,1\n", "missing order_id"),
    "orders/renamed_column.csv": (orders(2).replace("order_id", "reference_code"), "missing order_id"),
    "orders/big5.csv": ((HEADER + "A1,2025-01-02,b@example.com,景點名稱開放時間,1\n").encode("big5"), "encoding that is not known"),
    "orders/none_fits.csv": (HEADER + "1;2;3\n4;5;6\n", "none of the 2 rows fits"),
    "orders/cut_off.xlsx": (workbook([["order_id", "ordered_at"], [1, 2]])[:2000], "damaged"),
    "orders/empty.xlsx": (workbook([]), "empty"),
    "orders/page.xls": ("<html><body><table><tr><td>order_id</td></tr></table>", "web page"),
    "orders/old.xls": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old Excel"),
    "orders/letter.pdf": (b"%PDF-1.7", "PDF"),
    "orders/cut_off.csv.gz": (gzip.compress(orders(2000, "cut").encode())[:500], "cut off"),
    "orders/reply.json": ('{"result": [{"ID": "1"}]}', "missing order_id"),
    "orders/reply_cut.json": ('{"result": [{"order_id": "1"', "cannot be read"),
    "orders/reply_fields.json": ('{"result": {"order_id": {"type": "integer"}, "ordered_at": {"type": "datetime"}}}', "describes columns"),
    "orders/reply_empty.json": ('{"result": []}', "no records"),
    "ga4/events_cut.parquet": (parquet(EVENTS)[:200], "cut off"),
    "ga4/events.csv": ("event_name,user_id\nx,1\n", "not JSON"),
    "segment/cut_off.json": ('[{"type": "track"}, {"type": "pa', "not valid JSON"),
    "segment/number.json": ("{", "not valid JSON"),
    "hubspot/companies.csv": ("Record ID,Name\n1,x\n", "name says nothing"),
    "unheard_of/x.csv": (orders(1), "no source is called"),
    "stray.csv": (orders(1), "no source's folder"),
    "mailchimp/broken.zip": (b"PK\x03\x04" + bytes(50), "damaged"),
}


@pytest.fixture(scope="module")
def reports(module_data: Path) -> dict:
    """One landing of all of them at once."""
    for name, (content, *_) in (LOADING | REFUSED).items():
        put(module_data, name, content)
    return {f"{report.source}/{report.file_name}".lstrip("/"): report for report in land(RUN_AT).files}


@pytest.mark.parametrize("name", LOADING)
def test_a_readable_file_loads_and_bad_lines_are_set_aside_with_their_number(reports, name):
    _, rows, lines = LOADING[name]
    report = reports.get(name) or reports[f"{name}/subscribed.csv"]
    assert (report.status, report.rows_loaded, [row.line for row in report.bad_rows]) == ("loaded", rows, lines), report.reason
    assert query("select line from landing.quarantine where file_id = ? order by line", [report.file_id]) == [(line,) for line in lines]
    assert query(f"select count(*) from raw_{report.source}.{report.table_name} where _file_id = ?", [report.file_id]) == [(rows,)]


@pytest.mark.parametrize("name", REFUSED)
def test_an_unreadable_file_is_refused_with_a_reason_and_a_remedy(reports, name):
    report = reports[name]
    assert report.status == "refused" and REFUSED[name][1] in report.reason and report.remedy
    assert report.rows_read == 0


def test_no_value_of_a_file_without_header_stands_in_its_reason(reports):
    assert "private@" not in reports["orders/no_header.csv"].reason and "2025" not in reports["orders/no_header.csv"].reason


def test_read_is_loaded_plus_quarantined_for_every_file_in_the_manifest(reports):
    assert query("select count(*) from landing.files where rows_read <> rows_loaded + rows_quarantined") == [(0,)]
    assert query("select sum(rows_quarantined) from landing.files") == query("select count(*) from landing.quarantine")


@pytest.mark.parametrize(("name", "woman"), [("cp1251", "Анна"), ("koi8", "Мария"), ("dos", "Ольга")])
def test_russian_text_survives_every_encoding_it_comes_in(reports, name, woman):
    rows = query("select order_id, full_name, phone, _extra from raw_orders.order_lines where _file_name = ? order by _line", [f"{name}.csv"])
    assert rows == [
        ("1", f"Иванова {woman} Петровна", "+7 900 000-00-01", '{"kommentariy":"перезвонить вечером"}'),
        ("2", "Сидоров Пётр Ильич", "+7 900 000-00-02", None),
    ]


def test_headers_that_repeat_are_all_kept_and_told_apart(reports):
    (extra,) = query("select _extra from raw_orders.order_lines where _file_name = 'repeated_headers.csv'")[0]
    assert json.loads(extra) == {"tsvet": "красный", "tsvet__2": "белый", "color": "red"}
    assert reports["orders/repeated_headers.csv"].header == {
        "order_id": "order_id",
        "ordered_at": "ordered_at",
        "Цвет": "tsvet",
        "Цвет (2)": "tsvet__2",
        "Color": "color",
    }


def test_the_line_of_a_row_is_the_line_of_the_file_where_it_begins(reports):
    lines = {
        name: query("select _line from raw_orders.order_lines where _file_name = ? order by _line", [f"{name}"])
        for name in ("short_and_long.csv", "line_in_cell.csv", "title.csv", "book.xlsx")
    }
    assert lines == {"short_and_long.csv": [(2,), (5,)], "line_in_cell.csv": [(2,), (4,)], "title.csv": [(4,), (5,)], "book.xlsx": [(2,), (4,)]}


def test_a_quarantined_line_keeps_its_text_and_says_what_to_do(reports):
    ((reason, remedy, raw),) = query("select reason, remedy, raw from landing.quarantine where file_name = 'short_and_long.csv' and line = 3")
    assert (reason, raw) == ("2 cells instead of 5", "short,1") and remedy


def test_a_workbook_reads_as_its_csv_would(reports):
    rows = query("select order_id, ordered_at, quantity, unit_price from raw_orders.order_lines where _file_name = 'book.xlsx' order by _line")
    assert rows == [("17", "2025-01-02", "2", "10.5"), ("18", "2025-01-02 03:04:05", "1", "7")]


def test_ids_of_64_bits_and_literal_quotes_in_a_log_stay_as_they_are(reports):
    rows = query("select visit_id, start_url, goals_id from raw_metrica.visits order by _line")
    assert rows == [("18446744073709551615", 'https://example.com/?q="x', "[1,2]"), ("2", '"Best" shoes', '["a"]')]


def test_nested_parquet_lands_as_json(reports):
    payloads = [json.loads(payload) for (payload,) in query("select payload from raw_ga4.events order by _line")]
    assert payloads[0] == {"event_name": "page_view", "event_params": [{"key": "page", "value": {"int_value": 1}}], "user_id": "u1"}


def test_an_empty_cell_is_null_and_a_nul_byte_is_gone(reports):
    assert query("select order_id, quantity, city from raw_orders.order_lines where _file_name = 'nul.csv'") == [("A1", "1", None)]
