"""What a marketer reads and sees: the whole scenario in plain words, and a picture in which nothing lies on anything else."""

import re
import xml.etree.ElementTree as ET

import pytest
from scenario_folders import GOOD, scenario, spoiled

from pipelines.campaigns.picture import page, picture
from pipelines.campaigns.reading import read
from pipelines.campaigns.schema import Policy
from pipelines.campaigns.text_width import wide, wrapped
from pipelines.campaigns.texts import plural
from pipelines.campaigns.words import words
from pipelines.settings import PROJECT

MAZE = """
scenario: maze
version: 3
title: {en: "A <maze> & more that nobody should write", ru: "Запутанный сценарий с очень длинным названием, который никому не следует писать, но нарисовать его нужно хорошо"}
entry: {segment: high_value_customers, where: "orders_count > 3 and preferred_channel in ('app', 'social') and favourite_category = 'Щётки и шампуни'", reentry: always}
goal: {event: order_paid, where: amount >= 1000}
steps:
  - {id: first, send: {channel: [email, messenger, sms, web_push], template: a_very_long_template_name_for_the_greeting_mail}}
  - id: listen
    max_visits: 5
    wait:
      until:
        - {event: email_clicked, of: [first], where: "properties.link = 'https://ladya.example.ru/catalogue/shchetki?utm_source=letter'", go: arms}
        - {event: email_opened, of: [first], go: nudge}
        - {segment_left: high_value_customers, go: farewell}
        - {delivery: failed, of: [first], go: by_sms}
      for: 3d
      to: 10:00
      else: nudge
  - {id: nudge, max_visits: 5, send: {channel: messenger, template: nudge}}
  - {id: pause, max_visits: 5, wait: {until: [{event: product_viewed, go: arms}, {event: page_viewed, go: pause}], for: 36h, else: listen}}
  - id: arms
    split: {arms: {control: 10, short: 30, long: 30, gift: 30}, go: {control: end, short: by_sms, long: mail_long, gift: mail_gift}}
  - {id: mail_long, send: {channel: email, template: long}, next: mark}
  - {id: mail_gift, send: {channel: email, template: gift}, next: mark}
  - {id: mark, set: {trait: maze_offer, value: given}, next: farewell}
  - {id: by_sms, send: {channel: sms, template: short}}
  - {id: back, wait: {until: [{where: recency_days < 3, go: end}], for: 0m}}
  - {id: tell, webhook: {endpoint: crm}}
  - {id: farewell, enter: farewell}
"""
BETTER = """
scenario: better
version: 1
title: {en: The better one, ru: Лучшее}
entry: {segment: new_customers}
steps:
  - {id: try, split: {arms: {short: 10, long: 10, rest: 80}, go: {short: short, long: note, rest: hours}}}
  - {id: short, send: {channel: email, template: short}, next: end}
  - {id: note, set: {trait: length, value: long}}
  - {id: long, send: {channel: email, template: long}, next: end}
  - {id: hours, wait: {for: 4h}}
  - {id: best, winner: {of: try, by: clicked}}
"""
SHIPPED = ["abandoned_basket", "birthday", "high_value_audience", "newsletter", "win_back"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> dict:
    """The shipped scenarios and a maze."""
    folder = scenario(tmp_path_factory.mktemp("maze"), MAZE, "maze")
    found = read(scenario(folder, BETTER, "better"))
    assert not found.refused
    return {one.scenario: one for one in [*read(PROJECT / "campaigns").scenarios, *found.scenarios]}


def test_the_words_of_the_abandoned_basket_in_full(drawn):
    assert words(drawn["abandoned_basket"], read(PROJECT / "campaigns").policy).splitlines() == [
        "Abandoned basket (abandoned_basket, version 2, live, marketing)",
        "",
        "Begins: something was put into the basket; again after 1 week at the earliest.",
        "  1. an_hour: wait 1 hour; then → email.",
        "  2. email: send e-mail: reminder; then → read_it.",
        "  3. read_it: wait at most 1 day; as soon as the e-mail was opened (of email) or a link in the e-mail was followed (of email) → a_day; otherwise → messenger.",
        "  4. messenger: send messenger: reminder; then → a_day.",
        "  5. a_day: wait 1 day; then → sms.",
        "  6. sms: send SMS: last_call; then → end.",
        "Ends at once, whatever is queued, when an order was paid, an order was placed or an order was placed on the site.",
        "Success: an order was paid within 1 week of the beginning; its worth is the amount.",
        "For comparison nothing goes to 5% of all customers (the company's holdout).",
        "Only with consent; nothing between 21:00 and 09:00 of the customer's time, it waits until then.",
        "Over all scenarios no more than 2 messages (of any channel) within 1 day.",
        "Over all scenarios no more than 4 messages (of any channel) within 1 week.",
        "Over all scenarios no more than 3 messages (SMS) within 30 days.",
    ]


def test_a_winner_is_said_with_its_measure_and_where_each_arm_leads(drawn):
    told = words(drawn["better"], Policy())
    assert (
        "  6. best: go on as the arm of try whose messages were clicked most often, for each one sent; short → short; long → note; if there is no difference, the first of these."
        in told
    )
    told = words(drawn["better"], Policy(), russian=True)
    assert (
        "best: продолжить как ветвь шага try с наибольшей долей переходов среди отправленных; short → short; long → note; если разницы нет — первая из них."
        in told
    )
    assert ">winner</text>" in picture(drawn["better"], Policy())
    assert ">победитель</text>" in picture(drawn["better"], Policy(), russian=True)


def test_the_words_in_russian(drawn):
    told = words(drawn["birthday"], Policy(), russian=True)
    assert "Начинается: за 3 дня до дня рождения каждый год, в 10:00; каждый раз заново." in told
    assert "отправить: письмо, иначе мессенджер, иначе SMS — greeting; затем → конец." in told
    assert "Успех: заказ оплачен не позже чем через 2 недели после начала; ценность — сумма." in told
    told = words(drawn["newsletter"], Policy(), russian=True)
    assert "02.09.2025 в 11:00, затем каждую неделю по вторникам: все из сегмента «Доступны по почте»" in told
    assert [plural(count, ("час", "часа", "часов")) for count in (1, 2, 5, 11, 12, 21, 22, 111)] == [
        "час",
        "часа",
        "часов",
        "часов",
        "часов",
        "час",
        "часа",
        "часов",
    ]


def test_every_step_of_every_scenario_is_in_the_words_and_in_the_picture(drawn):
    for one in drawn.values():
        for russian in (False, True):
            told, svg = words(one, Policy(), russian=russian), picture(one, Policy(), russian=russian)
            ET.fromstring(svg)
            for step in one.steps:
                assert re.search(rf"^ *\d+\. {step.id}: ", told, re.M), step.id
                assert f">{step.id}</text>" in svg


def test_a_transactional_scenario_says_that_no_consent_is_asked_for(tmp_path):
    (one,) = read(scenario(tmp_path, spoiled("status: live", "status: live\npurpose: transactional"))).scenarios
    assert "No consent to advertising is asked for" in words(one, Policy())


@pytest.mark.parametrize("name", [*SHIPPED, "maze", "better"])
@pytest.mark.parametrize("russian", [False, True])
def test_no_arrow_runs_through_a_box_or_a_label_and_no_two_boxes_touch(drawn, name, russian):
    boxes, ways = read_back(picture(drawn[name], Policy(), russian=russian))
    assert len(boxes) >= len(drawn[name].steps) + 2
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert right < other[0] or other[2] < left or bottom < other[1] or other[3] < top
    labels = {box for box in boxes if sum(passes(points, box) for points in ways)}
    for points in ways:
        through = [box for box in boxes if passes(points, box)]
        # A line passes its own label and no other box.
        assert len(through) <= 1, through
    assert all(sum(passes(points, box) for points in ways) == 1 for box in labels)


def passes(points: list[tuple[float, float]], box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box
    return any(left + 0.5 < x < right - 0.5 and top + 0.5 < y < bottom - 0.5 for x, y in points)


def read_back(svg: str) -> tuple[list, list]:
    """The boxes of the SVG and points along each of its lines."""
    graph = ET.fromstring(svg).find("{http://www.w3.org/2000/svg}g")
    boxes = set()
    for box in graph.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, width, height = (float(box.get(key)) for key in ("x", "y", "width", "height"))
        if width > 5:
            boxes.add((x, y, x + width, y + height))
    return sorted(boxes), [along(path.get("d")) for path in graph.iter("{http://www.w3.org/2000/svg}path")]


def along(path: str) -> list[tuple[float, float]]:
    """Points of a path of M, V and C, 40 per part."""
    points, x, y = [], 0.0, 0.0
    for letter, numbers in re.findall(r"([MVC])([^MVC]*)", path):
        values = [float(number) for number in numbers.split()]
        if letter == "M":
            x, y = values
        elif letter == "V":
            points += [(x, y + (values[0] - y) * part / 40) for part in range(41)]
            y = values[0]
        else:
            x1, y1, x2, y2, x3, y3 = values
            for part in range(41):
                t = part / 40
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                points.append((a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3))
            x, y = x3, y3
    return points


def test_a_picture_asks_nothing_of_a_network_and_runs_no_script(drawn):
    for one in drawn.values():
        text = page(one, Policy(), russian=True)
        assert not re.search(r"<script|<link|<img|<image|<use|@import|url\((?!#)|\s(on\w+|href|src|xlink:href)=", text)
        assert "default-src 'none'" in text


def test_what_a_scenario_says_is_text_and_never_markup(tmp_path):
    text = spoiled("{en: Spring, ru: Весна}", "{en: '<script>alert(1)</script>', ru: Весна}")
    (one,) = read(scenario(tmp_path, text)).scenarios
    assert "<script" not in page(one, Policy())


def test_wrapped_lines_fit_and_lose_nothing():
    text = "Щётки, шампуни и " + "сверхдлинноесловобезпробелов" * 4 + " mmmmWWWW iiii 12345"
    lines = wrapped(text, 120, 13)
    assert all(wide(line, 13) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert wrapped("", 100, 13) == [""]
    assert GOOD.split() == " ".join(wrapped(GOOD, 200, 13)).split()


def test_a_planned_end_of_an_experiment_is_said(tmp_path):
    parts = {"split": "{arms: {a: 1, b: 3}, go: {a: end, b: end}, ends: 2026-04-01 00:00}"}
    text = f"scenario: ab\nversion: 1\ntitle: {{en: AB, ru: АБ}}\nentry: {{segment: new_customers}}\nsteps:\n  - id: arms\n    split: {parts['split']}\n"
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "scenario.yml").write_text(text, encoding="utf-8")
    found = read(tmp_path)
    assert "split at random: a 25%, b 75%, compared for those who enter before 2026-04-01 00:00" in words(found.scenarios[0], Policy())
    assert "сравниваются вошедшие до 2026-04-01 00:00" in words(found.scenarios[0], Policy(), russian=True)
