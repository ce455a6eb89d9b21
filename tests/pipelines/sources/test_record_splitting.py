"""Records are found exactly, whatever the file is cut into."""

import csv
import io

import hypothesis.strategies as st
from hypothesis import given, settings

from pipelines.sources.records import Splitter, blocks

CELL = st.text(alphabet='ab",\n ж', max_size=6)


def split(data: bytes, width: int, size: int) -> tuple[list[list[str]], list[int], list[int]]:
    """Cells of the good records, their lines, and the lines set aside."""
    splitter = Splitter(ord(","), width, b"\n")
    rows, lines, bad, first = [], [], [], 1
    for block in blocks(splitter, (data[at : at + size] for at in range(0, len(data), size))):
        rows += list(csv.reader(io.StringIO(block.good.decode(), newline="")))
        lines += [int(line) + first for line in block.lines]
        bad += [row.line + first for row in block.bad]
        first += block.line_count
    return rows, lines, bad


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12), st.integers(1, 40))
def test_a_well_formed_file_comes_out_as_it_went_in(rows, size):
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    found, lines, bad = split(stream.getvalue().encode(), 3, size)
    starts = [1 + sum(row_text.count("\n") + 1 for row_text in map("".join, rows[:index])) for index in range(len(rows))]
    assert (found, lines, bad) == (rows, starts, [])


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='a",\n', max_size=60), st.integers(1, 20))
def test_any_text_is_split_into_records_of_one_width_and_no_line_before_a_quote_is_lost(text, size):
    rows, lines, bad = split(text.encode(), 2, size)
    assert all(len(row) == 2 for row in rows) and len(rows) == len(lines)
    assert not set(lines) & set(bad)
    before_quotes = text.split('"')[0].split("\n")
    whole = before_quotes if '"' not in text else before_quotes[:-1]
    assert {number for number, line in enumerate(whole, start=1) if line.strip()} <= set(lines) | set(bad)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 19), st.integers(7, 300))
def test_one_unclosed_quote_costs_one_line_wherever_it_stands_and_however_the_file_is_cut(place, size):
    lines = [f'{number},"b, {number}",c' for number in range(20)]
    lines[place] = f'{place},"never closed,c'
    rows, _, bad = split(("\n".join(lines) + "\n").encode(), 3, size)
    assert bad == [place + 1]
    assert [row[0] for row in rows] == [str(number) for number in range(20) if number != place]
