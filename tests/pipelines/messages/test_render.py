"""What a template becomes for one person, and why it does not."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from pipelines.campaigns.schema import Policy
from pipelines.messages.compiled import compiled, write
from pipelines.messages.folder import Source, chain
from pipelines.messages.render import Held, renderer
from pipelines.messages.sandbox import CONTROLS
from pipelines.sending.channel import Content
from tests.pipelines.messages.conftest import LAYOUT, row


def test_html_is_escaped_text_and_subject_are_not(template, render):
    template(body="Здравствуйте, {{ c.given_name }}!")
    template(**{"subject.ru.txt": "{{ c.given_name }}, привет"})
    [found] = render([row(channel="email", given_name="<b>Ann & Co</b>")])
    assert "Здравствуйте, &lt;b&gt;Ann &amp; Co&lt;/b&gt;!" in found.html
    assert found.text == "Здравствуйте, <b>Ann & Co</b>!"
    assert found.subject == "<b>Ann & Co</b>, привет"


def test_a_name_with_line_breaks_adds_no_header(template, render):
    template(body="{{ c.given_name }}", **{"preheader.ru.txt": "{{ c.given_name }}"})
    (template() / "subject.ru.txt").write_text("{{ c.given_name }}, привет")
    [found] = render([row(channel="email", given_name="A\r\nBcc: all@example.com\u2028\x00")])
    assert found.subject == "A Bcc: all@example.com , привет"
    assert found.preheader == "A Bcc: all@example.com"


@settings(max_examples=60, deadline=None)
@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_no_name_writes_html_or_a_second_line_of_a_header(name):
    mail = Source("email.ru.mjml", LAYOUT.format("<mj-text>«{{ c.given_name }}»</mj-text>"), (("email.ru.mjml", 1),))
    subject = Source("subject.ru.txt", "{{ c.given_name }}", (("subject.ru.txt", 1),))
    programs = compiled("email", "ru", "UTC", (("subject", subject), ("html", mail)))
    written, _ = write(programs, {"c": {"given_name": name}, "e": {}})
    assert len(written["subject"].splitlines()) <= 1
    assert f">«{escape(CONTROLS.sub(' ', name))}»<" in written["html"]


def test_languages_fall_back_to_the_policys_and_a_message_is_never_mixed(template, render):
    template(**{"sms.ru.txt": "по-русски", "sms.en.txt": "in English"})
    template("mixed", body="письмо", **{"subject.en.txt": "a subject alone"})
    found = render([row(locale=locale) for locale in ("en", "en-GB", "EN_us", "ru", "de", None, "../../x")])
    assert [one.text for one in found] == ["in English"] * 3 + ["по-русски"] * 4
    assert render([row("mixed", "email", locale="en")])[0].subject == "Привет"


def test_the_order_of_languages_is_the_customers_then_the_policys():
    assert chain("en-GB", ["ru", "en"]) == ["en", "ru"]
    assert chain("de", ["ru", "en"]) == ["de", "ru", "en"]
    assert chain("no language", ["ru"]) == chain(None, ["ru"]) == ["ru"]


ERRORS = {
    "{{ c.surname }}": "sms.ru.txt, line 2: {{ c.surname }}: nothing of that name is known here",
    "{{ c.monetary }}": "sms.ru.txt, line 2: {{ c.monetary }}: the value is empty",
    "{{ c[c.given_name] }}": "nothing of that name is known here",
    "{{ c.given_name|money('RUB') }}": "not a number",
    "{{ c.orders_count|plural('товар', 'товара') }}": "plural takes 3 forms in ru",
    "{{ c.given_name|date }}": "not a date",
    "{{ e.properties.total }}": "nothing of that name",
    "{{ c }}": "a whole group of values",
    "{{ c.given_name + 1 }}": "TypeError",
    "{{ ('http://' ~ c.given_name)|track }}": "a link begins with https://",
    "{% if %}": "sms.ru.txt, line 2: {% if %}: Expected an expression",
    "{{ 1|nofilter }}": "No filter named 'nofilter'",
    "{{ 1|random }}": "No filter named 'random'",
}


@pytest.mark.parametrize(("source", "detail"), ERRORS.items())
def test_an_error_names_file_line_and_tag_and_nobodys_values(template, render, source, detail):
    template(**{"sms.ru.txt": f"Здравствуйте!\n{source}"})
    [found] = render([row(given_name="Тайна", monetary=None)])
    assert (found.reason, detail in found.detail, "Тайна" in found.detail) == ("render_error", True, False), found.detail


def test_an_error_in_an_included_part_of_an_e_mail_names_that_part(template, render, tmp_path):
    (tmp_path / "campaigns" / "shared").mkdir(parents=True)
    (tmp_path / "campaigns" / "shared" / "footer.mjml").write_text("<mj-section>\n<mj-column>\n<mj-text>{{ c.nope }}</mj-text></mj-column></mj-section>")
    folder = template(body="x")
    mail = "<mjml><mj-body>\n<mj-section><mj-column><mj-text>{{ c.given_name }}</mj-text></mj-column></mj-section>\n<mj-include path='footer.mjml' /></mj-body></mjml>"
    (folder / "email.ru.mjml").write_text(mail)
    assert render([row(channel="email")])[0].detail == "footer.mjml, line 3: {{ c.nope }}: nothing of that name is known here"


@pytest.mark.parametrize("path", ["../trial/secret.txt", "nothing.mjml", "/etc/hostname"])
def test_an_include_reads_only_the_shared_folder(template, render, path):
    folder = template(body=f'<mj-include path="{path}" />')
    (folder.parents[1] / "secret.txt").write_text("secret")
    assert "there is no" in render([row(channel="email")])[0].detail


def test_a_template_that_skips_says_why(template, render):
    template(**{"sms.ru.txt": '{% if not c.orders_count %}{% skip "nothing was ever bought" %}{% endif %}Спасибо'})
    assert render([row(), row(orders_count=0)]) == [Content(text="Спасибо"), Held("skipped", "nothing was ever bought")]


def test_a_reason_to_skip_cannot_hold_a_value(template, render):
    template(**{"sms.ru.txt": "{% skip c.given_name %}"})
    assert render([row()])[0].reason == "render_error"


@pytest.mark.parametrize(("channel", "missing"), [("email", "email.ru|en.mjml with subject.ru|en.txt"), ("sms", "sms.ru|en.txt"), ("pigeon", "one of email")])
def test_what_is_missing_holds_back_with_its_name(template, render, channel, missing):
    template()
    assert missing in render([row(channel=channel)])[0].detail


def test_a_template_cannot_be_named_out_of_its_folder(template, render):
    template()
    assert "small Latin letters" in render([row("../../trial/templates/one")])[0].detail


def test_every_link_of_an_e_mail_is_tracked_except_its_own(template, render):
    body = '<a href="https://shop.example/?a=1&amp;b=2">x</a> <a href="{{ unsubscribe_url }}">no</a> <a href="mailto:a@example.com">m</a>'
    template(body=body + ' <a href="{{ e.url|track }}">y</a>')
    [found] = render([row(channel="email", event={"url": "https://shop.example/p"})])
    assert 'href="https://go.example.com/m1?to=https://shop.example/?a=1&amp;b=2"' in found.html
    assert 'href="https://go.example.com/m1?to=https://shop.example/p"' in found.html
    assert 'href="https://mail.example.com/unsubscribe/sample"' in found.html
    assert "x: https://go.example.com/m1?to=https://shop.example/?a=1&b=2 no: https://mail.example.com/unsubscribe/sample" in found.text


def test_a_link_out_of_data_must_be_https(template, render):
    template(body='<a href="{{ e.url|track }}">y</a>')
    for url in ("javascript:alert(1)", "http://shop.example", "https://shop.example/ x", None):
        assert "a link begins with https://" in render([row(channel="email", event={"url": url})])[0].detail


def test_a_messenger_has_a_button_and_a_browser_its_members(template, render):
    push = '{"title": "{{ c.given_name }}, привет", "body": "Корзина ждёт", "url": "{{ \'https://shop.example/cart\'|track }}", "icon": "cart"}'
    template(**{"messenger.ru.txt": "Привет!\n\n[Открыть]({{ 'https://shop.example/'|track }})\n\nПока", "web_push.ru.json": push})
    assert render([row(channel="messenger"), row(channel="web_push")]) == [
        Content(text="Привет!\n\nПока", url="https://go.example.com/m1?to=https://shop.example/", data={"button": "Открыть"}),
        Content(subject="Анна, привет", text="Корзина ждёт", url="https://go.example.com/m1?to=https://shop.example/cart", data={"icon": "cart"}),
    ]


@pytest.mark.parametrize("push", ["{", "[]", '{"title": "a"}', '{"title": "a", "body": 1}', '{"title": "{{ c.nope }}", "body": "b"}'])
def test_a_bad_web_push_holds_back_and_names_its_file(template, render, push):
    template(**{"web_push.ru.json": push})
    assert "web_push.ru.json" in render([row(channel="web_push")])[0].detail


def test_tags_that_mjml_would_spoil_survive(template, render):
    body = "{% if c.orders_count < 3 and c.orders_count > 0 %}мало{% endif %}{# <mj-foo> #} {{ 'a<b' }} {{ '\"' }}"
    folder = template(body=body)
    mail = (folder / "email.ru.mjml").read_text().replace("<mj-text>", "<mj-text css-class=\"{{ 'a' if c.orders_count < 3 else 'b' }}\">")
    (folder / "email.ru.mjml").write_text(mail)
    [found] = render([row(channel="email")])
    assert found.text == 'мало a<b "'
    assert 'class="a"' in found.html
    assert "jinJa" not in found.html


def test_a_condition_at_the_end_of_a_line_leaves_the_line_its_end_and_a_loop_leaves_no_gaps(template, render):
    template(body="<p>Раз{% if c.orders_count %}, два{% endif %}</p><p>Три</p>")
    folder = template("rows", body="")
    rows = "<mj-table>{% for n in [1, 2] %}\n<tr><td>Вещь {{ n }}</td><td>{{ n }} ₽</td></tr>\n{% endfor %}</mj-table>"
    (folder / "email.ru.mjml").write_text(LAYOUT.format(rows))
    found = render([row(channel="email"), row("rows", "email"), row(channel="email", orders_count=0)])
    assert [one.text for one in found] == ["Раз, два\n\nТри", "Вещь 1  1 ₽\nВещь 2  2 ₽", "Раз\n\nТри"]


def test_many_workers_write_what_one_writes_in_the_same_order(template, render, tmp_path):
    template(**{"sms.ru.txt": "{{ c.given_name }} {{ c.monetary|money('RUB') }} {{ c.last_order_at|date }}"})
    rows = [row(given_name=f"Имя{n}", monetary=Decimal(n) / 7, last_order_at=datetime(2026, 1, 1 + n % 28)) for n in range(500)]
    alone = render(rows)
    with renderer(tmp_path / "campaigns", Policy(), processes=2) as render_with_two:
        assert render_with_two(rows) == alone
    assert alone[7].text == "Имя7 1\xa0₽ 8 января 2026\u202fг."


def test_properties_may_be_json_and_what_an_event_lacks_is_empty(template, render):
    template(**{"sms.ru.txt": "{{ e.properties.items[0].name }} {{ e.amount is none }}"})
    assert render([row(event={"properties": '{"items": [{"name": "Чайник"}]}'})])[0].text == "Чайник True"
    assert isinstance(render([row(event=None)])[0], Held)


def test_templates_are_read_once_so_that_nobody_gets_half_of_a_change(template, render):
    folder = template(**{"sms.ru.txt": "старое"})
    assert render([row()])[0].text == "старое"
    (folder / "sms.ru.txt").write_text("новое")
    assert render([row()])[0].text == "старое"
