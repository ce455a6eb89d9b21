"""Each finding has a template that earns it, and the shipped templates earn none."""

import re
from pathlib import Path

import pytest

from pipelines.messages.golden import channels, columns, templates
from pipelines.messages.lint import problems
from pipelines.messages.mjml_words import TAGS
from pipelines.messages.problem import texts
from pipelines.messages.sms_size import sms_parts
from pipelines.settings import PROJECT
from tests.pipelines.messages.conftest import LAYOUT

GOOD = 'Здравствуйте! Это письмо о чайниках, кружках и пледах. <a href="{{ unsubscribe_url }}">Отписаться</a>'

FINDINGS = {
    "a column that is not there": ("{{ c.given_nam }}", "email.ru.mjml, line 1: c.given_nam is no column of customer_360 (do you mean given_name?)"),
    "a column by its name in brackets": ("{{ c['surname'] }}", "c.surname is no column of customer_360"),
    "a column that depends on a value": ("{{ c[c.given_name] }}", "depends on a value"),
    "a member of the event": ("{{ e.total }}", "e.total is no column of the event; its own members are in e.properties"),
    "a name nobody gives": ("{{ customer.name }}", "nothing is called customer"),
    "a name in a condition": ("{% if vip %}x{% endif %}", "nothing is called vip"),
    "a filter that is not there": ("{{ c.given_name|capitalise }}", "No filter named 'capitalise'"),
    "a tag left open": ("{% if c.given_name %}", "Unexpected end of template"),
    "HTML out of data": ("{{ c.given_name|safe }}", "`safe` would let"),
    "escaping switched off": ("{% autoescape false %}x{% endautoescape %}", "autoescape cannot be changed"),
    "a link that is not https": ('<a href="http://shop.example/">x</a>', "http://shop.example/ is not https"),
    "a link without a target": ('<a href="#">x</a>', "the link '#' does not begin with https://"),
    "a link of a value that is not tracked": ('<a href="{{ e.url }}">x</a>', "must be one tag that ends with `| track`"),
    "a link with a value in it": ('<a href="https://shop.example/{{ c.customer_id }}">x</a>', "must be one tag that ends with `| track`"),
    "another template": ("{% include 'x' %}", "a template reads no other one"),
    "a script": ("<script>x</script>", "mail apps drop <script>"),
    "an image without words": ('<img src="https://shop.example/x.png">', "an image without alt"),
    "an image from an open line": ('<img alt="x" src="http://shop.example/x.png">', "the image's src does not begin with https://"),
}


def test_every_problem_has_its_words_in_both_languages_with_the_same_values():
    for code, (english, russian) in texts().items():
        assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", russian)), code
        assert re.search("[а-я]", russian) or code == "at", code


@pytest.mark.parametrize(("body", "finding"), FINDINGS.values(), ids=FINDINGS)
def test_what_is_wrong_is_found(template, body, finding):
    found = problems(template(body=GOOD + body), ["email"], ["ru"], columns())
    assert any(finding in one for one in found), found


def test_what_is_right_is_not(template):
    body = (
        GOOD
        + '{% set n = 2 %}{% for i in range(n) %}{{ loop.index }}{% endfor %}<a href="{{ e.url|track }}">x</a><a href="https://shop.example">y</a>{{ e.properties.x.y }}'
    )
    assert problems(template(body=body), ["email"], ["ru"], columns()) == []


@pytest.mark.parametrize(
    ("mjml", "finding"),
    [
        ("<mj-foo>x</mj-foo>", "<mj-foo> is no tag of MJML"),
        ('<mj-text colour="red">x</mj-text>', "<mj-text> takes no attribute colour"),
        ('<mj-image src="https://shop.example/x.png" />', "an image without alt"),
        ('<mj-button href="https://shop.example" css-clas="x">x</mj-button>', "<mj-button> takes no attribute css-clas"),
    ],
)
def test_what_mjml_passes_on_in_silence_is_found(template, mjml, finding):
    folder = template(body=GOOD)
    (folder / "email.ru.mjml").write_text(LAYOUT.format(f"<mj-text>{GOOD}</mj-text>\n{mjml}"))
    assert [one for one in problems(folder, ["email"], ["ru"], columns()) if "email.ru.mjml, line 2: " in one and finding in one]


@pytest.mark.parametrize(
    ("mjml", "finding"),
    [
        ("<mjml><mj-body>\n<mj-section></mj-body></mjml>", "email.ru.mjml, line 2: </mj-body> closes nothing here; <mj-section> of line 2 is still open"),
        ("<mjml>\n<mj-body><mj-section></mj-section>", "email.ru.mjml, line 2: <mj-body> is never closed"),
        ("<mjml><mj-body><mj-section>\n<mj-column css-class=x></mj-column></mj-section></mj-body></mjml>", "line 2: an attribute of <mj-column> has no quotes"),
        ("Здравствуйте!", "email.ru.mjml: this is not MJML"),
    ],
)
def test_broken_mjml_is_told_with_its_line(template, mjml, finding):
    folder = template(body=GOOD, **{"subject.ru.txt": "тема"})
    (folder / "email.ru.mjml").write_text(mjml)
    assert finding in problems(folder, ["email"], ["ru"], columns())[0]


def test_marketing_without_a_way_out_is_refused_and_a_receipt_is_not(template):
    folder = template(
        body="Ваш заказ принят, мы напишем, когда он будет готов к выдаче.", **{"text.ru.txt": "Ваш заказ принят, мы напишем, когда он будет готов."}
    )
    assert ["without a link to unsubscribe" in one or "no link to unsubscribe" in one for one in problems(folder, ["email"], ["ru"], columns())] == [True, True]
    assert problems(folder, ["email"], ["ru"], columns(), purpose="transactional") == []


def test_a_way_out_that_is_commented_out_is_none(template):
    folder = template(body='Здравствуйте! Это письмо о чайниках, кружках и пледах. <!-- <a href="{{ unsubscribe_url }}">x</a> -->{# {{ unsubscribe_url }} #}')
    assert any("without a link to unsubscribe" in one for one in problems(folder, ["email"], ["ru"], columns()))


def test_missing_files_are_named_per_channel_and_language(template):
    folder = template(body=GOOD, **{"sms.en.txt": "hello"})
    found = problems(folder, ["email", "sms", "pigeon"], ["ru", "en"], columns())
    assert [one.split(":")[0] for one in found] == [
        "one has no email.en.mjml and no subject.en.txt, which channel email needs in en",
        "one has no sms.ru.txt, which channel sms needs in ru",
        "Channel pigeon cannot be written",
    ]
    assert "make it" in problems(folder.parent / "none", ["sms"], ["ru"], columns())[0]


def test_long_subjects_dear_texts_and_mails_of_images_alone_are_told(template):
    image = '<mj-image alt="Скидки" src="https://shop.example/x.png" />'
    folder = template(**{"sms.ru.txt": "а" * 135, "subject.ru.txt": "Очень длинная тема письма, которую ни один телефон не покажет целиком"})
    (folder / "email.ru.mjml").write_text(LAYOUT.format(image + '<mj-text><a href="{{ unsubscribe_url }}">Отписаться</a></mj-text>'))
    found = problems(folder, ["email", "sms"], ["ru"], columns())
    assert [one.partition(" ")[0] for one in found] == ["email.ru.mjml:", "warning:", "warning:"]
    assert "hardly any text" in found[0] and "mail apps show about 60" in found[1] and "3 SMS parts in UCS-2" in found[2]


def test_who_must_mark_advertising_is_told_where_the_label_is_missing(template):
    folder = template(body=GOOD, **{"sms.ru.txt": "Реклама. ООО «Ладья», erid: 2Vtzqw"})
    assert ["erid" in one for one in problems(folder, ["email", "sms"], ["ru"], columns(), needs_erid=True)] == [True]


def test_a_web_push_is_looked_at_member_by_member(template):
    folder = template(**{"web_push.ru.json": '{"title": "{{ c.surname }}", "body": "{{ nothing }}"}'})
    found = problems(folder, ["web_push"], ["ru"], columns())
    assert ["title" in found[0] and "c.surname" in found[0], "body" in found[1] and "nothing" in found[1]] == [True, True]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, (1, "GSM-7")),
        ("a" * 161, (2, "GSM-7")),
        ("€" * 80, (1, "GSM-7")),
        ("€" * 81, (2, "GSM-7")),
        ("я" * 70, (1, "UCS-2")),
        ("я" * 71, (2, "UCS-2")),
        ("😀" * 35, (1, "UCS-2")),
        ("😀" * 36, (2, "UCS-2")),
        ("a" * 306, (2, "GSM-7")),
        ("я" * 135, (3, "UCS-2")),
    ],
)
def test_parts_of_an_sms(text, parts):
    assert sms_parts(text) == parts


@pytest.mark.parametrize("folder", templates(PROJECT / "campaigns"), ids=lambda path: f"{path.parents[1].name}/{path.name}")
def test_the_shipped_templates_have_no_findings(folder: Path):
    assert problems(folder, channels(folder), ["ru", "en"], columns()) == []


def test_the_compiler_knows_every_tag_that_is_let_through():
    """What MJML's compiler does not know it leaves as it is."""
    import mrml

    outside = {"mjml", "mj-include", "mj-all", "mj-class"}
    for tag in set(TAGS) - outside:
        inner = {
            "mj-social-element": "<mj-social><mj-social-element name='x'>x</mj-social-element></mj-social>",
            "mj-navbar-link": "<mj-navbar><mj-navbar-link href='x'>x</mj-navbar-link></mj-navbar>",
        }
        column = inner.get(tag, f"<{tag}></{tag}>")
        head = tag in {"mj-head", "mj-title", "mj-preview", "mj-style", "mj-font", "mj-breakpoint", "mj-attributes"}
        body = {"mj-body": "", "mj-wrapper": column, "mj-section": column, "mj-hero": column}.get(
            tag, f"<mj-section>{column}</mj-section>" if tag in ("mj-group", "mj-column") else f"<mj-section><mj-column>{column}</mj-column></mj-section>"
        )
        source = (
            f"<mjml><mj-head>{column if tag != 'mj-head' else ''}</mj-head><mj-body></mj-body></mjml>" if head else f"<mjml><mj-body>{body}</mj-body></mjml>"
        )
        assert f"<{tag}" not in mrml.to_html(source).content, tag
