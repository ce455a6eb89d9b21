"""The addresses of a message that lead to the collector: clicks, the pixel that tells of an opening, unsubscription, preferences.

A click's address carries where it leads, signed together with the message: the collector leads on to nothing that Svod did not write, and
only to hosts on the list (`collector.hosts`). A link to any other host stays as it is.
"""

import re
from urllib.parse import quote, urlencode, urlsplit

from pipelines.redaction import Told
from pipelines.responses.tokens import sign, verify
from pipelines.settings import settings

SCOPE = re.compile(r"[a-z_]+/[a-z_]+")
LONGEST_URL = 4000  # characters; browsers and proxies cut what is much longer


class NoCollector(Told):
    """Messages need an address for their answers."""


def click_url(message_id: str, url: str) -> str:
    """The counted link, or the link itself if it may not be counted."""
    return f"{_base()}/c/{sign('click', message_id, url)}?{urlencode({'u': url})}" if may_lead_to(url) else url


def clicked(token: str, url: str) -> str | None:
    """The message in which this very link stands; None if Svod did not write it, or its host is no longer allowed."""
    return verify("click", token, url) if may_lead_to(url) else None


def open_url(message_id: str) -> str:
    return f"{_base()}/o/{sign('open', message_id)}.gif"


def unsubscribe_url(message_id: str, *, scope: str) -> str:
    """`scope` is purpose and channel, `marketing/email`. Who unsubscribes from what is no advertising means advertising."""
    scope = f"marketing/{scope.partition('/')[2]}"
    return f"{_base()}/u/{scope}/{sign('unsubscribe', message_id, _checked(scope))}"


def preferences_url(message_id: str, *, channel: str) -> str:
    return f"{_base()}/p/{quote(channel, safe='')}/{sign('preferences', message_id, channel)}"


def may_lead_to(url: str) -> bool:
    """Whether the host is on the list. What a browser might read otherwise than we do is not."""
    if len(url) > LONGEST_URL or not re.fullmatch(r"https?://[^\s\\\x00-\x20\x7f]+", url):
        return False
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        is_plain = parts.username is None and parts.port in (None, 80, 443)
    except ValueError:
        return False
    return is_plain and any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in settings().collector.hosts)


def _checked(scope: str) -> str:
    if not SCOPE.fullmatch(scope):
        raise ValueError("a scope is a purpose and a channel")
    return scope


def _base() -> str:
    if not settings().collector.url:
        raise NoCollector("collector.url is not set: messages need an address under which people can unsubscribe")
    return settings().collector.url
