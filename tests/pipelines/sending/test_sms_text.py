"""How texts are cut into SMS: never within a pair, and as smpplib and Python's own codecs encode them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import gsm_encode

from pipelines.sending.sms_text import BASIC, CODES, EXTENDED, headed, sms_text


@pytest.mark.parametrize(
    ("text", "encoding", "parts"),
    [
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("€" * 80, "gsm7", 1),
        ("€" * 81, "gsm7", 2),
        ("я" * 70, "ucs2", 1),
        ("я" * 71, "ucs2", 2),
        ("я" * 134, "ucs2", 2),
        ("я" * 135, "ucs2", 3),
        ("😀" * 35, "ucs2", 1),
        ("😀" * 36, "ucs2", 2),
        ("Цена 100 ₽", "ucs2", 1),
        ("a" * 159 + "—", "ucs2", 3),
    ],
)
def test_a_text_takes_as_many_parts_as_the_standard_says(text, encoding, parts):
    found = sms_text(text)
    assert (found.encoding, len(found.parts)) == (encoding, parts)
    assert found.cost(Decimal("2.50")) == Decimal("2.50") * parts


def test_the_default_alphabet_is_that_of_an_independent_implementation():
    for character in CODES:
        if character not in "§\f":  # smpplib lacks both: TS 23.038 has § at 0x5F, and a page break behind the escape
            assert sms_text(character).parts[0] == gsm_encode(character), character
    assert (CODES["§"], CODES["\f"]) == (b"\x5f", b"\x1b\n") and len(BASIC) == 128 and len(CODES) == 127 + len(EXTENDED)


def test_it_says_which_characters_make_a_text_dear():
    assert sms_text("Price — 5 “only”").outside == "—“”" and sms_text("Price - 5").outside == ""


@given(st.text(alphabet=st.sampled_from("aя€[😀\n@é"), min_size=1, max_size=900))
def test_no_pair_is_torn_and_nothing_is_lost(text):
    found = sms_text(text)
    if found.encoding == "ucs2":
        assert "".join(part.decode("utf-16-be") for part in found.parts) == text
    else:
        assert b"".join(found.parts) == gsm_encode(text) and not any(part.endswith(b"\x1b") for part in found.parts)
    pdus = headed(found, 7)
    assert all(len(part) <= (140 if found.encoding == "ucs2" else 160) for part in pdus)
    assert len(pdus) == 1 or [part[:6] for part in pdus] == [bytes([5, 0, 3, 7, len(pdus), number]) for number in range(1, len(pdus) + 1)]


@pytest.mark.parametrize("text", ["", "я" * 67 * 256, "half of a pair \ud800"])
def test_what_is_no_sms_is_refused(text):
    with pytest.raises(ValueError):
        sms_text(text)
