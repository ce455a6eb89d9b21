"""Nothing a template or a person does may cost anybody else a message."""

import os
import time
from pathlib import Path

import pytest

from pipelines.campaigns.schema import Policy
from pipelines.messages.render import POISONED, Held, Renderer
from pipelines.messages.workers import Worker
from pipelines.sending.channel import Content
from tests.pipelines.messages.conftest import row

SECRET = "Тайна-Фамилия"
COSTLY = {
    "a huge text": "{{ 'a'*50000000 }}",
    "a huge text of a value": "{{ c.given_name * 50000000 }}",
    "loops in loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "a power": "{{ 10**10**8 }}",
    "a list that doubles": "{% set x = namespace(l=[1]) %}{% for i in range(60) %}{% set x.l = x.l + x.l %}{% endfor %}",
    "padding": "{{ 'a'|center(2000000000) }}",
    "a macro without end": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "much that is written": "{% for i in range(99999) %}0123456789{% endfor %}",
}
UNINTERRUPTED = "{% set hay = c.given_name|center(50000000) %}{{ hay.rfind(' b' ~ (''|center(5000))) }}"


@pytest.mark.parametrize("source", COSTLY.values(), ids=COSTLY)
def test_a_costly_template_is_stopped_and_the_others_are_written(template, render, source):
    template("costly", **{"sms.ru.txt": source})
    template("good", **{"sms.ru.txt": "{{ c.given_name }}, добрый день"})
    began = time.monotonic()
    before, costly, after = render([row("good"), row("costly", given_name=SECRET), row("good")])
    assert time.monotonic() - began < 60
    assert before == after == Content(text="Анна, добрый день")
    assert isinstance(costly, Held)
    assert costly.reason == "render_error"
    assert SECRET not in costly.detail


def test_a_poisoned_person_costs_nobody_else_a_message(template, render):
    template(**{"sms.ru.txt": "{% for i in range(c.orders_count) %}{% for j in range(9999) %}{% endfor %}{% endfor %}{{ c.given_name }}"})
    found = render([row(given_name=f"Имя{n}", orders_count=99_999 if n in (3, 5) else 1) for n in range(10)])
    assert [isinstance(one, Held) for one in found] == [n in (3, 5) for n in range(10)]
    assert [one.text for n, one in enumerate(found) if n not in (3, 5)] == [f"Имя{n}" for n in range(10) if n not in (3, 5)]


def test_a_person_at_whom_the_process_had_to_be_ended_is_the_only_one_held_back(template, render):
    source = "{% if c.given_name == 'яд' %}" + UNINTERRUPTED + "{% endif %}{{ c.given_name }}"
    template(**{"sms.ru.txt": source})
    found = render([row(given_name=name) for name in ("а", "яд", "б")])
    assert [getattr(one, "text", None) for one in found] == ["а", None, "б"]


def test_a_poisoned_template_is_given_up_instead_of_being_stopped_for_each_of_thousands(template, render):
    template(**{"sms.ru.txt": COSTLY["loops in loops"]})
    began = time.monotonic()
    found = render([row() for _ in range(5_000)])
    assert time.monotonic() - began < 60
    assert all(isinstance(one, Held) for one in found)
    assert sum("not tried" in one.detail for one in found) == 5_000 - POISONED


def test_nobody_gets_what_was_written_for_somebody_before_an_interruption(template, worker, tmp_path):
    template(**{"sms.ru.txt": "{{ c.given_name }}: {{ 'https://shop.example/'|track }}"})

    def interrupted(url: str, row: dict) -> str:
        if row["customer"]["given_name"] == "Имя3":
            raise KeyboardInterrupt
        return url

    with pytest.raises(KeyboardInterrupt):
        Renderer(tmp_path / "campaigns", Policy(), interrupted, [worker])([row(given_name=f"Имя{n}") for n in range(50)])
    found = Renderer(tmp_path / "campaigns", Policy(), lambda url, row: url, [worker])([row(given_name=f"Другое{n}") for n in range(50)])
    assert [one.text for one in found] == [f"Другое{n}: https://shop.example/" for n in range(50)]


def test_a_link_that_cannot_be_tracked_holds_back_one_person(template, worker, tmp_path):
    template(**{"sms.ru.txt": "{{ e.url|track }}"})

    def allowed(url: str, row: dict) -> str:
        if "shop.example" not in url:
            raise ValueError(url)
        return url

    render = Renderer(tmp_path / "campaigns", Policy(), allowed, [worker])
    found = render([row(event={"url": f"https://{host}/{SECRET}"}) for host in ("shop.example", "evil.example", "shop.example")])
    assert [isinstance(one, Held) for one in found] == [False, True, False]
    assert SECRET not in found[1].detail


def test_a_worker_has_no_secrets_and_leaves_no_core_behind(monkeypatch):
    monkeypatch.setenv("SVOD_SENDING__EMAIL__PASSWORD", "hush")
    with Worker() as worker:
        chunk = {"channel": "sms", "locale": "ru", "time_zone": "UTC", "sources": {}, "people": [{"c": {}, "e": {}}]}
        assert list(worker.ask(chunk)) == [["written", {}, []]]
        pid = worker.process.pid
        assert b"hush" not in Path(f"/proc/{pid}/environ").read_bytes()
        limits = Path(f"/proc/{pid}/limits").read_text()
    assert any(line.split()[4:6] == ["0", "0"] for line in limits.splitlines() if line.startswith("Max core file size"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


ESCAPES = (
    "{{ c.__class__.__mro__ }}",
    "{{ ''.__class__.__base__.__subclasses__() }}",
    "{{ c.given_name.__init__.__globals__ }}",
    "{{ '{0.__class__}'.format(c) }}",
    "{{ _links.append('x') }}",
    "{{ c['__dict__'] }}",
    "{{ cycler }}",
)


@pytest.mark.parametrize("source", ESCAPES)
def test_a_template_cannot_leave_its_sandbox(template, render, source):
    template(**{"sms.ru.txt": source})
    assert isinstance(render([row()])[0], Held)
