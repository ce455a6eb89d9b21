"""One page that shows a message as it will be read: phone and desktop, light and dark, plain text, headers, links, findings.

The page asks nothing of the network and runs no script: mails stand in sandboxed frames under a policy that allows neither.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import jinja2

from pipelines.campaigns.schema import Policy
from pipelines.identity.masking import STARS, mask_email, mask_name, mask_phone
from pipelines.messages.folder import TemplateError
from pipelines.messages.golden import URLS, channels, columns, row
from pipelines.messages.lint import problems
from pipelines.messages.problem import problem
from pipelines.messages.render import Held, renderer
from pipelines.messages.sms_size import sms_parts
from pipelines.sending.channel import Content

MASKS = {"full_name": mask_name, "given_name": mask_name, "email": mask_email, "email_address": mask_email, "phone": mask_phone}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
HREF = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
PAGE = Path(__file__).with_name("preview.html.j2")


@dataclass(frozen=True)
class Shown:
    """One channel of the page."""

    channel: str
    content: Content | None
    held: Held | None
    headers: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    size: str = ""
    findings: list[str] = field(default_factory=list)


def masked(customer: dict) -> dict:
    """The customer with every direct identifier unrecognisable; a date keeps its year."""

    def mask(name: str, value: object) -> object:
        if value is None or columns().get(name, "direct_identifier") != "direct_identifier":
            return value
        if isinstance(value, date):
            return value.replace(month=1, day=1)
        return MASKS.get(name, lambda _: STARS)(value) if isinstance(value, str) else None

    return {name: mask(name, value) for name, value in customer.items()}


def shown(campaigns: Path, policy: Policy, folder: Path, customer: dict, event: dict | None, locale: str | None, only: str | None, purpose: str) -> list[Shown]:
    """Every channel of the template, or the one asked for. TemplateError if it has none."""
    wanted = [only] if only else channels(folder)
    if not wanted:
        raise TemplateError(problem("no_file", folder=folder.name))
    with renderer(campaigns, policy) as render:
        found = render([row(folder, channel, locale, customer, event) for channel in wanted])
    return [
        _shown(channel, one, problems(folder, [channel], policy.locales, columns(), purpose=purpose), purpose)
        for channel, one in zip(wanted, found, strict=True)
    ]


def _shown(channel: str, found: Content | Held, findings: list[str], purpose: str) -> Shown:
    if isinstance(found, Held):
        return Shown(channel, None, found, findings=findings)
    headers = {"Subject": found.subject} if channel == "email" else {}
    if channel == "email" and purpose == "marketing":
        headers |= {"List-Unsubscribe": f"<{URLS['unsubscribe_url']}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    links = [jinja2.filters.do_striptags(link).replace("&amp;", "&") for link in HREF.findall(found.html or "")]
    links += re.findall(r"https?://[^\s<>\"]+", found.text) if not found.html else []
    size = f"{len((found.html or found.text).encode()):,} B"
    if channel == "sms":
        count, alphabet = sms_parts(found.text)
        size = f"{len(found.text)} · {alphabet} · {count}"
    return Shown(channel, found, None, headers, list(dict.fromkeys([*links, *([found.url] if found.url else [])])), size, findings)


def page(title: str, note: str, messages: list[Shown], *, russian: bool = False) -> str:
    """The page, in English or Russian."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    words: Callable[[str], str] = (lambda word: RUSSIAN.get(word, word)) if russian else (lambda word: word)
    return environment.from_string(PAGE.read_text(encoding="utf-8")).render(
        title=title, note=note, messages=messages, w=words, policy=POLICY, language="ru" if russian else "en"
    )


RUSSIAN = {
    "email": "Письмо",
    "sms": "SMS",
    "messenger": "Мессенджер",
    "web_push": "Уведомление браузера",
    "dark colours": "тёмная тема",
    "desktop, 640 px": "компьютер, 640 px",
    "phone, 360 px": "телефон, 360 px",
    "plain text": "текстовая часть",
    "headers": "заголовки",
    "preheader": "предзаголовок",
    "links": "ссылки",
    "findings": "замечания",
    "no findings": "замечаний нет",
    "held back": "не отправляется",
    "size": "размер",
    "signs · alphabet · parts": "знаков · алфавит · частей",
}
