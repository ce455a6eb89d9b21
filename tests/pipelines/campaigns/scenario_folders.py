"""Folders of scenarios for tests: one good scenario, to be spoiled in one place."""

from pathlib import Path
from textwrap import dedent

GOOD = """
scenario: spring
version: 2
title: {en: Spring, ru: Весна}
status: live
approved_by: Head of marketing
entry:
  event: {event: cart_updated}
steps:
  - id: hello
    send: {channel: email, template: hello}
  - id: pause
    wait: {until: [{event: email_opened, of: [hello], go: end}], for: 2d}
  - id: again
    send: {channel: sms, template: hello}
"""
MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>Good day to you, and many thanks for your order from all of us at the shop! "
    '<a href="{{ unsubscribe_url }}">x</a></mj-text></mj-column></mj-section></mj-body></mjml>\n'
)
TEMPLATE = {
    "email.{}.mjml": MJML,
    "subject.{}.txt": "Hello\n",
    "sms.{}.txt": "Hello\n",
    "messenger.{}.txt": "Hello\n",
    "web_push.{}.json": '{"title": "a", "body": "b"}',
}


def scenario(folder: Path, text: str = GOOD, name: str = "spring", templates: tuple[str, ...] = ("hello",)) -> Path:
    """Writes a scenario with its templates into a folder of scenarios, which is returned."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "scenario.yml").write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    for template in templates:
        for file, content in TEMPLATE.items():
            for locale in ("ru", "en"):
                path = place / "templates" / template / file.format(locale)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
    return folder


def spoiled(old: str, new: str, text: str = GOOD) -> str:
    """The good scenario with one thing changed."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)
