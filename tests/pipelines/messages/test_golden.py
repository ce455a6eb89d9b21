"""The shipped messages, word by word, and what holds for each of them whatever the words."""

import re
from pathlib import Path

import pytest

from pipelines.campaigns.schema import Policy
from pipelines.messages.golden import channels, columns, different, fixture_row, golden, renew, templates
from pipelines.messages.golden import row as as_row
from pipelines.messages.render import Renderer
from pipelines.settings import PROJECT
from tests.pipelines.messages.conftest import LAYOUT

CAMPAIGNS = PROJECT / "campaigns"
SHIPPED = templates(CAMPAIGNS)
CLIPPED = 102_400  # bytes; what is longer Gmail cuts off, the link to unsubscribe first
VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")


@pytest.fixture(scope="module")
def shipped(worker) -> dict[Path, list]:
    render = Renderer(CAMPAIGNS, Policy(), lambda url, row: url, [worker])
    return {folder: list(golden(folder, render)) for folder in SHIPPED}


def test_the_scenarios_have_their_templates():
    assert [f"{path.parents[1].name}/{path.name}: {', '.join(channels(path))}" for path in SHIPPED] == [
        "abandoned_basket/last_call: sms",
        "abandoned_basket/reminder: email, sms, messenger",
        "birthday/greeting: email, sms, messenger",
        "newsletter/weekly: email",
        "win_back/gift: email",
        "win_back/percent: email",
    ]


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: f"{path.parents[1].name}/{path.name}")
def test_what_is_written_is_what_was_reviewed(shipped, folder):
    """`svod campaigns golden --update` writes the files anew; the change is then to be looked at."""
    assert [one.text for one in shipped[folder] if one.held] == []
    assert different(folder, shipped[folder]) == []


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: f"{path.parents[1].name}/{path.name}")
def test_every_mail_asks_for_nothing_outside_and_shows_the_way_out(shipped, folder):
    for one in shipped[folder]:
        if one.path.suffix != ".html":
            continue
        assert not re.search(r"<(img|link|script|iframe)\b|@import|url\(", one.text), one.path
        assert one.text.count('href="https://mail.example.com/unsubscribe/sample"') == 1
        assert len(one.text.encode()) < CLIPPED
        assert re.match(r'<!doctype html><html lang="(ru|en)"', one.text)
        tags = re.findall(r"<(/?)(\w+)[^>]*?(/?)>", re.sub(r"<!--.*?-->|<style.*?</style>", "", one.text, flags=re.DOTALL))
        assert sum(not close and not itself and name not in VOID for close, name, itself in tags) == sum(bool(close) for close, *_ in tags)


def test_each_template_has_fixtures_in_both_languages_and_one_of_whom_little_is_known():
    for folder in SHIPPED:
        names = [path.stem for path in (folder / "fixtures").glob("*.json")]
        rows = [fixture_row(folder, name, "email") for name in names]
        assert {(row["locale"] or "ru")[:2] for row in rows} >= {"ru", "en"}, folder
        assert any(row["customer"]["given_name"] is None for row in rows), folder


def test_no_customer_of_the_demos_kind_is_held_back(worker):
    """Every combination of what may be known and what not."""
    render = Renderer(CAMPAIGNS, Policy(), lambda url, row: url, [worker])
    known = {"given_name": "Анна", "orders_count": 3, "last_order_at": "2025-09-01T10:00:00", "monetary_currency": "USD"}
    people = [
        dict.fromkeys(columns()) | {name: value for bit, (name, value) in enumerate(known.items()) if number >> bit & 1} for number in range(2 ** len(known))
    ]
    items = [{"item_name": "Чайник", "price": "2490.5", "quantity": "2"}, {"item_name": "Кружка", "price": None}, {"sku": "x"}]
    events = [None, {}, {"properties": {}}, *({"currency": currency, "properties": {"items": items[:n]}} for n in range(4) for currency in (None, "RUB"))]
    rows = [
        as_row(folder, channel, locale, person, event)
        for folder in SHIPPED
        for channel in channels(folder)
        for locale in ("ru", "en", None)
        for person in people
        for event in (events if folder.name == "reminder" else events[:1])
    ]
    found = render(rows)
    assert {getattr(one, "detail", None) for one in found} == {None}
    assert not any("None" in text for one in found for text in (one.text, one.html or "", one.subject or ""))


def test_without_a_page_in_the_browser_no_mail_links_to_one(worker):
    render = Renderer(CAMPAIGNS, Policy(), lambda url, row: url, [worker])
    for locale in ("ru", "en"):
        row = as_row(CAMPAIGNS / "newsletter/templates/weekly", "email", locale, dict.fromkeys(columns()), None)
        for view_url in ("", None):
            [found] = render([row | {"view_url": view_url}])
            assert 'href=""' not in found.html and ("браузер" not in found.html and "browser" not in found.text)


def test_prices_are_shown_in_the_currency_of_the_event_or_not_at_all(worker):
    render = Renderer(CAMPAIGNS, Policy(), lambda url, row: url, [worker])
    person = dict.fromkeys(columns()) | {"monetary_currency": "RUB"}
    basket = {"items": [{"item_name": "Mug Ladya", "price": 6.99, "quantity": "1"}]}
    rows = [
        as_row(CAMPAIGNS / "abandoned_basket/templates/reminder", "email", "ru", person, {"currency": money, "properties": basket}) for money in ("USD", None)
    ]
    told, untold = (one.text for one in render(rows))
    assert "Mug Ladya  6,99\xa0$" in told
    assert "Mug Ladya" in untold and "6,99" not in untold and "₽" not in untold


def test_renewing_writes_what_changed_and_removes_what_is_stale(template, render):
    folder = template(**{"sms.ru.txt": "{{ c.given_name }}", "email.ru.mjml": LAYOUT.format("<mj-text>x</mj-text>"), "subject.ru.txt": "тема"})
    (folder / "fixtures").mkdir()
    (folder / "golden").mkdir()
    (folder / "golden" / "gone.sms.txt").write_text("x")
    (folder / "fixtures" / "one.json").write_text('{"locale": "ru", "customer": {"given_name": "Анна"}}')
    found = list(golden(folder, render))
    assert [path.name for path in renew(folder, found)] == ["gone.sms.txt", "one.email.html", "one.email.txt", "one.sms.txt"]
    assert different(folder, found) == renew(folder, found) == []
    assert (folder / "golden" / "one.sms.txt").read_text() == "Анна\n"
    (folder / "fixtures" / "one.json").write_text('{"locale": "ru", "customer": {"given_nam": "Анна"}}')
    with pytest.raises(ValueError, match="customer_360 has no given_nam"):
        list(golden(folder, render))
