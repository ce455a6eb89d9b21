"""Money, dates, numbers and plurals as each language writes them; plain text out of HTML."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from pipelines.messages.plain_text import plain_text
from pipelines.messages.words import Unprintable, filters

RU, EN = filters("ru", "Europe/Moscow"), filters("en", "UTC")


@pytest.mark.parametrize(
    ("words", "value", "currency", "text"),
    [
        (RU, Decimal("1234.5"), "RUB", "1\xa0234,50\xa0₽"),
        (RU, 1234, "RUB", "1\xa0234\xa0₽"),
        (RU, "590.00", "rub", "590\xa0₽"),
        (RU, 0, "USD", "0\xa0$"),
        (EN, 1234.5, "USD", "$1,234.50"),
        (EN, 1234, "RUB", "RUB\xa01,234"),
        (EN, -5, "EUR", "-€5"),
        (EN, 0.1 + 0.2, "USD", "$0.30"),
    ],
)
def test_money(words, value, currency, text):
    assert words["money"](value, currency) == text


@pytest.mark.parametrize(
    ("value", "currency"), [(None, "RUB"), ("", "RUB"), ("много", "RUB"), (1, None), (1, "рубль"), (float("nan"), "RUB"), (True, "RUB"), ("1e400", "RUB")]
)
def test_money_that_is_none_is_never_guessed(value, currency):
    with pytest.raises(Unprintable):
        RU["money"](value, currency)


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (0, "товаров"),
        (1, "товар"),
        (2, "товара"),
        (4, "товара"),
        (5, "товаров"),
        (11, "товаров"),
        (21, "товар"),
        (22, "товара"),
        (112, "товаров"),
        (1.5, "товара"),
    ],
)
def test_russian_plurals(number, form):
    assert RU["plural"](number, "товар", "товара", "товаров") == form


def test_english_plurals():
    assert [EN["plural"](number, "item", "items") for number in (0, 1, 2, 1.5)] == ["items", "item", "items", "items"]


def test_dates_are_those_of_the_policys_time_zone():
    assert RU["date"](datetime(2026, 1, 31, 22, 30), "d MMMM y") == "1 февраля 2026"
    assert EN["date"](datetime(2026, 1, 31, 22, 30), "d MMMM y, HH:mm") == "31 January 2026, 22:30"
    assert RU["date"]("2026-01-31T22:30:00Z", "d MMMM") == "1 февраля"
    assert RU["date"](date(2026, 1, 31), "d MMMM") == RU["date"]("2026-01-31", "d MMMM") == "31 января"
    for nothing in (None, "", "вчера", 5):
        with pytest.raises(Unprintable):
            RU["date"](nothing)


def test_numbers():
    assert (RU["number"](1234567.891, 1), EN["number"]("1234567"), RU["number"](0.5)) == ("1\xa0234\xa0567,9", "1,234,567", "0,5")


def test_plain_text_keeps_link_targets_rows_and_lists_and_leaves_out_what_is_hidden():
    html = """<!doctype html><head><title>no</title><style>p{}</style></head><body><div style="display:none;max-height:0">hidden</div><!-- no -->
    <h1>Заголовок</h1><p>Один <b>два</b>,<br>три&nbsp;&amp; <a href="https://x.example/a?b=1&amp;c=2">четыре</a>.</p><ul><li>раз</li><li>два</li></ul>
    <table><tr><td>Чайник</td><td>590 ₽</td></tr><tr><td>Кружка</td><td>90 ₽</td></tr></table>
    <a href="mailto:a@example.com">a@example.com</a> <a href="https://x.example/b"><img alt="Картинка" src="https://x.example/i.png"></a></body>"""
    assert plain_text(html) == (
        "Заголовок\n\nОдин два,\nтри\xa0& четыре: https://x.example/a?b=1&c=2 .\n\n- раз\n- два\n\nЧайник  590 ₽\nКружка  90 ₽\n"
        "a@example.com Картинка: https://x.example/b"
    )
