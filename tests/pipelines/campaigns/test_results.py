"""`svod campaigns results`: what the marts say, in words of both languages, in a table and on a page."""

import re
from html.parser import HTMLParser

import pytest
import yaml
from typer.testing import CliRunner

from pipelines.campaigns.tables import REASONS, ensure
from pipelines.cli import app
from pipelines.settings import PROJECT
from pipelines.warehouse import connect

EXPERIMENT = {"scenario": "win_back", "version": 1, "step": "offer", "metric": "converted", "assigned_count": 1000, "observed_count": 1000, "mixed_count": 0,
              "is_control": False, "is_adjusted": True, "has_sample_ratio_mismatch": False, "is_final": False, "interval_kind": "always_valid"}  # fmt: skip
RESULT = {"scenario": "win_back", "version": 1, "assigned_count": 1000, "eligible_count": 400, "sent_count": 390, "delivered_count": 380, "opened_count": 130, "opened_by_machine_count": 20,
          "clicked_count": 31, "clicked_by_machine_count": 0, "unsubscribed_count": 3, "complained_count": 1, "bounced_count": 10, "converted_count": 200, "conversions_count": 210,
          "revenue": 500000, "revenue_per_assigned": 500, "currency": "RUB", "last_touch_count": 40, "shared_touch_count": 30, "last_touch_revenue": 1, "shared_touch_revenue": 1}  # fmt: skip
ROWS = {
    "campaign_results": [
        RESULT | {"step": "gift", "arm": "gift", "day": None}, RESULT | {"step": "gift", "arm": "gift", "day": "2026-01-02", "assigned_count": 77},
        RESULT | {"step": "gift", "arm": None, "holdout": "local", "day": None, "sent_count": 0},
    ],
    "campaign_reasons": [
        {"scenario": "win_back", "version": 1, "step": "gift", "reason": "no_basis", "detail": None, "stage": "held_back", "messages_count": 610, "customers_count": 610},
        {"scenario": "win_back", "version": 1, "step": "gift", "reason": "capped", "detail": "week", "stage": "held_back", "messages_count": 5, "customers_count": 5},
        {"scenario": "win_back", "version": 1, "step": "gift", "reason": "sent", "detail": None, "stage": "sent", "messages_count": 390, "customers_count": 390},
    ],
    "experiment_results": [
        EXPERIMENT | {"arm": "control", "is_control": True, "value": 0.1, "verdict": "control", "interval_kind": None},
        EXPERIMENT | {"arm": "gift", "value": 0.2, "difference": 0.101, "difference_low": 0.052, "difference_high": 0.15, "p": 0.0001, "p_adjusted": 0.0003, "detectable_difference": 0.04, "verdict": "better"},
        EXPERIMENT | {"arm": "percent", "value": 0.12, "difference": 0.02, "difference_low": -0.03, "difference_high": 0.07, "p": 0.4, "p_adjusted": 0.4, "detectable_difference": 0.04, "verdict": "too_early"},
        EXPERIMENT | {"step": "torn", "arm": "a", "is_control": True, "value": 0.1, "verdict": "control", "interval_kind": None},
        EXPERIMENT | {"step": "torn", "arm": "b<script>", "value": 0.2, "difference": 0.1, "difference_low": 0.05, "difference_high": 0.15, "p": 0.01, "verdict": "not_to_be_trusted", "has_sample_ratio_mismatch": True},
        EXPERIMENT | {"step": "young", "arm": "a", "is_control": True, "observed_count": 0, "verdict": "control", "interval_kind": None},
        EXPERIMENT | {"step": "young", "arm": "b", "observed_count": 0, "verdict": "too_early"},
    ],
}  # fmt: skip

WINNERS = [
    ("2026-01-02 10:00", "2026-01-02", "gift", 200, 8, True), ("2026-01-02 10:00", "2026-01-02", "percent", 200, 4, False),
    ("2026-01-03 10:00", "2026-01-03", "gift", 400, 12, False), ("2026-01-03 10:00", "2026-01-03", "percent", 400, 30, True),
    ("2026-01-04 10:00", "2026-01-03", "gift", 300, 9, True), ("2026-01-04 10:00", "2026-01-03", "percent", 300, 6, False),  # at one moment with the next, an earlier slot
    ("2026-01-04 10:00", "2026-01-04", "gift", 500, 20, False), ("2026-01-04 10:00", "2026-01-04", "percent", 400, 30, True),
]  # fmt: skip


@pytest.fixture
def warehouse(data, monkeypatch):
    """The marts as their contracts have them, with a few rows."""
    monkeypatch.setenv("COLUMNS", "240")
    with connect() as connection:
        connection.execute("create schema marts")
        ensure(connection)
        connection.execute(
            """insert into communications.scenarios values ('win_back', 1, 'h', '{"title": {"en": "Win-back", "ru": "Возвращение клиента"}}', 'marketing', 60, timestamp '2026-01-01')"""
        )
        for moment, slot, arm, sent, answered, is_winner in WINNERS:
            values = ["win_back", 1, "better", slot, moment, arm, "clicked", sent, answered, is_winner, moment]
            connection.execute("insert into communications.winners values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        for name, rows in ROWS.items():
            columns = yaml.safe_load((PROJECT / f"models/marts/{name}.yml").read_text())["models"][0]["columns"]
            connection.execute(f"create table marts.{name} ({', '.join(column['name'] + ' ' + column['data_type'] for column in columns)})")
            for row in rows:
                connection.execute(f"insert into marts.{name} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    return data


def told(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["campaigns", "results", *arguments])
    assert done.exit_code == 0, done.output
    return re.sub(r"\s+", " ", done.output)


def test_it_says_in_english_who_got_what_and_what_to_make_of_it(warehouse):
    text = told()
    assert "Win-back (win_back, version 1)" in text
    assert f"610 {REASONS['no_basis'][0]}" in text and f"5 {REASONS['capped'][0]} (week)" in text
    assert "Better: between +5.2 and +15.0 points." in text
    assert "Too early to tell: the difference is between -3.0 and +7.0 points. So many customers show one of 4.0 points or more." in text
    assert "Not to be trusted: the arms are not of the sizes that were meant" in text
    assert "Too early to tell: the time of the goal is over for 0 of 1,000 customers." in text
    best = "percent: 7.5% of 400 sent were clicked; gift: 4.0% of 500 sent were clicked. Chosen so far: gift 2, percent 2"
    assert f"Best arm so far, for the rest: better, 2026-01-04 10:00: goes on as arm percent: {best}" in text
    assert "390 " in text and "77" not in text, "the days are in the mart, the total is shown"


def test_it_says_the_same_in_russian(warehouse):
    text = told("win_back", "--ru")
    assert "Возвращение клиента (win_back, версия 1)" in text
    assert f"610 {REASONS['no_basis'][1]}" in text
    for sentence in (
        "Лучше: от +5,2 до +15,0 процентного пункта.",
        "Рано судить: разница от -3,0 до +7,0 процентного пункта.",
        "Доверять нельзя: размеры ветвей не те",
        "срок цели вышел у 0 из 1 000 клиентов",
    ):
        assert sentence in text
    assert (
        "Победитель, который получают остальные: better, 2026-01-04 10:00: продолжает как ветвь percent: percent: переходов 7,5 % из 400" in text
        and "Выбрано до сих пор: gift 2, percent 2" in text
    )
    assert "контрольная группа" in text and "Too early" not in text


def test_the_page_stands_alone_and_takes_names_for_text(warehouse, tmp_path):
    told("--to", str(tmp_path / "results.html"))
    page = (tmp_path / "results.html").read_text()
    assert "<script>" not in page and "b&lt;script&gt;" in page
    assert not re.search(r"(src|href)=|https?://(?!www\.w3\.org)", page)
    assert "<b>Best arm so far, for the rest:</b> better, 2026-01-04 10:00: goes on as arm percent" in page
    assert page.count("<circle") == 3, "one dot per arm that can be compared"
    parser = HTMLParser()
    parser.feed(page)


@pytest.mark.parametrize("arguments, words", [(("birthday",), "No message of 'birthday' has been asked for yet"), ((), "There is no warehouse yet")])
def test_where_there_is_nothing_it_says_why(arguments, words, request):
    request.getfixturevalue("warehouse" if arguments else "data")
    done = CliRunner().invoke(app, ["campaigns", "results", *arguments])
    assert done.exit_code == 2 and words in done.stderr
