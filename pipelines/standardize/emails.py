"""One spelling for an e-mail address, the mailbox without its tag, and the reason when it cannot be an address.

Stricter than the standard where mail in practice is: no comments, no quoted local parts, no addresses of a bare host or an IP.
Whether the mailbox exists is known from bounces only; junk and shared addresses are decided in `models/intermediate`.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import idna


class Email(NamedTuple):
    """What was read. `problem` is null exactly when `value` is not."""

    value: str | None
    mailbox: str | None
    problem: str | None


EMPTY = Email(None, None, None)
# `Anna <anna@example.com>`, `mailto:`, and the quotes and commas that copying leaves around an address.
ANGLED = re.compile(r"^[^<>]*<([^<>]+)>\s*$")
AROUND = " \t\r\n\u00a0\u200b\ufeff'\"“”«»,;<>"
LOCAL = re.compile(r"^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$")
DOMAIN = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$")


def parse_email(raw: str | None) -> Email:
    """Reads one address: lower case, domain in Unicode, tag kept in `value` and dropped from `mailbox`."""
    if raw is None or not raw.strip():
        return EMPTY
    text = raw.strip()
    if match := ANGLED.match(text):
        text = match[1]
    text = text.strip(AROUND).lower().removeprefix("mailto:").rstrip(".")
    local, at, domain = text.rpartition("@")
    problem = _problem(local, at)
    if problem:
        return Email(None, None, problem)
    readable = _domain(domain)
    if readable is None:
        return Email(None, None, "bad_domain" if "." in domain else "no_top_level_domain")
    if len(local) + 1 + len(domain) > 254:
        return Email(None, None, "too_long")
    value = f"{local}@{readable}"
    name, plus, _ = local.partition("+")
    return Email(value, f"{name}@{readable}" if plus and name else value, None)


def _problem(local: str, at: str) -> str | None:
    if not at:
        return "no_at_sign"
    if not local:
        return "empty_local_part"
    if "@" in local:
        return "several_at_signs"
    if len(local.encode()) > 64:
        return "too_long"
    if not LOCAL.match(local):
        return "bad_local_part"
    return None


@lru_cache(maxsize=65536)
def _domain(domain: str) -> str | None:
    """The domain in Unicode, or null. Cached: a million addresses have some thousand domains."""
    try:
        ascii_form = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        if len(ascii_form) > 253 or not DOMAIN.match(ascii_form):
            return None
        return idna.decode(ascii_form) if "xn--" in ascii_form else ascii_form
    except (idna.IDNAError, UnicodeError):
        return None
