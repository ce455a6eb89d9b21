"""Templates written by a test, and people to render them for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.campaigns.schema import Policy
from pipelines.messages.golden import URLS
from pipelines.messages.render import Renderer
from pipelines.messages.workers import Worker

LAYOUT = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


@pytest.fixture
def template(tmp_path: Path) -> Callable[..., Path]:
    """Writes a template's files: `template(name, **{"sms.ru.txt": "…"})`. An e-mail of one text may be given by its text alone."""

    def write(name: str = "one", /, body: str | None = None, **files: str) -> Path:
        folder = tmp_path / "campaigns" / "trial" / "templates" / name
        folder.mkdir(parents=True, exist_ok=True)
        if body is not None:
            files |= {"email.ru.mjml": LAYOUT.format(f"<mj-text>{body}</mj-text>"), "subject.ru.txt": "Привет"}
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.fixture
def render(tmp_path: Path, worker: Worker) -> Renderer:
    """As `renderer` gives it, on a process that the tests share."""
    return Renderer(tmp_path / "campaigns", Policy(), lambda url, row: f"https://go.example.com/{row['message_id']}?to={url}", [worker])


def row(template: str = "one", channel: str = "sms", *, locale: str | None = "ru", event: dict | None = None, **customer) -> dict:
    base = {"message_id": "m1", "scenario": "trial", "step": "s", "template": template, "channel": channel, "locale": locale}
    return {**base, "customer": {"given_name": "Анна", "orders_count": 1, **customer}, "event": event, **URLS}
