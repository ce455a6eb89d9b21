"""Tokens name their message and nothing else, hold in addresses and links, and cannot be made by anybody else."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.responses import links, tokens

MESSAGE = "0123456789abcdef0123456789abcdef"


def test_a_token_is_its_messages_and_fits_into_the_local_part_of_an_address(data):
    token = tokens.sign("verp", MESSAGE)
    assert tokens.verify("verp", token) == MESSAGE
    assert re.fullmatch(r"[a-z2-7]+", token) and len(f"bounce+{token}") <= 64
    assert tokens.verify("verp", token.upper()) == MESSAGE, "mail servers fold case"


@given(st.integers(0, 39), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_one_other_letter_is_nobodys(module_data, place, letter):
    token = tokens.sign("verp", MESSAGE)
    forged = token[:place] + letter + token[place + 1 :]
    assert tokens.verify("verp", forged) == (MESSAGE if forged == token else None)


def test_a_token_of_one_kind_or_scope_is_none_of_another(data):
    token = tokens.sign("unsubscribe", MESSAGE, "marketing/email")
    assert tokens.verify("unsubscribe", token, "marketing/email") == MESSAGE
    assert tokens.verify("unsubscribe", token, "marketing/sms") is None
    assert tokens.verify("preferences", token, "marketing/email") is None
    assert tokens.verify("verp", tokens.sign("unsubscribe", MESSAGE)) is None
    assert [tokens.verify("verp", bad) for bad in ("", "a" * 39, "a" * 41, "é" * 40, "\0" * 40, "=" * 40)] == [None] * 6


def test_the_key_is_made_once_and_only_its_owner_may_read_it(data):
    token = tokens.sign("verp", MESSAGE)
    assert oct((data / "responses.key").stat().st_mode)[-3:] == "600"
    tokens._key_of_this_installation.cache_clear()
    assert tokens.verify("verp", token) == MESSAGE
    (data / "responses.key").write_text("another key of the same length as the first")
    tokens._key_of_this_installation.cache_clear()
    assert tokens.verify("verp", token) is None


def test_what_an_older_key_signed_holds_while_it_is_on_the_list(collector):
    collector(secrets=["o" * 32])
    old = tokens.sign("verp", MESSAGE)
    collector(secrets=["n" * 32, "o" * 32])
    assert tokens.verify("verp", old) == MESSAGE != tokens.sign("verp", MESSAGE)
    assert tokens.sign("verp", MESSAGE) != old
    collector(secrets=["n" * 32])
    assert tokens.verify("verp", old) is None


@pytest.mark.parametrize("bad", ["", "abc", "0" * 31, "0" * 34, "g" * 32])
def test_only_an_id_of_a_message_is_signed(data, bad):
    with pytest.raises(ValueError):
        tokens.sign("verp", bad)


def test_a_counted_link_says_where_it_leads_and_whose_it_is(collector):
    collector()
    url = "https://shop.example.com/каталог?utm_source=svod&q=a+b#top"
    counted = urlsplit(links.click_url(MESSAGE, url))
    assert counted.netloc == "answers.example.com"
    token, led = counted.path.removeprefix("/c/"), parse_qs(counted.query)["u"][0]
    assert led == url and links.clicked(token, led) == MESSAGE
    assert links.clicked(token, "https://shop.example.com/other") is None, "the link is signed with where it leads"


@pytest.mark.parametrize("url", [
    "https://evil.example.net/", "https://shop.example.com.evil.example.net/", "https://evilshop.example.com/", "https://shop.example.ru/", "//shop.example.com/",
    "https://shop.example.com@evil.example.net/", "https://evil.example.net\\@shop.example.com/", "https://user:password@shop.example.com/", "javascript:alert(1)",
    "https://shop.example.com:8443/", "https://shop.example.com:99999/", "data:text/html,x", "https://shop.example.com/\r\nSet-Cookie: a=b", "https://[::1]/",
    "https://", "https:///shop.example.com", "ftp://shop.example.com/", "https://shop.example.com/" + "a" * 5000, " https://shop.example.com/",
])  # fmt: skip
def test_what_may_lead_elsewhere_is_neither_counted_nor_led_on_to(collector, url):
    collector()
    assert links.click_url(MESSAGE, url) == url
    assert links.clicked(tokens.sign("click", MESSAGE, url), url) is None, "not even with a signature of ours"


def test_hosts_may_be_named_with_all_below_them(collector):
    collector()
    assert [links.may_lead_to(f"https://{host}/") for host in ("shop.example.com", "SHOP.example.com", "a.b.shop.example.ru", "shop.example.ru", "example.ru")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_unsubscribing_from_what_is_no_advertising_means_advertising(collector):
    collector()
    url = links.unsubscribe_url(MESSAGE, scope="transactional/email")
    assert url.startswith("https://answers.example.com/u/marketing/email/")
    assert tokens.verify("unsubscribe", url.rpartition("/")[2], "marketing/email") == MESSAGE


def test_without_a_collector_no_message_is_written(data):
    with pytest.raises(links.NoCollector, match=r"collector\.url"):
        links.unsubscribe_url(MESSAGE, scope="marketing/email")
