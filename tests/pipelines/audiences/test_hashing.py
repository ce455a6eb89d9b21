"""Hashes as platforms publish them, and as Python makes them for names that are not Latin."""

import hashlib
import unicodedata

import duckdb
import pytest

from pipelines.audiences.hashing import register
from pipelines.audiences.target import Target


@pytest.fixture(scope="module")
def ask():
    connection = duckdb.connect()
    register(connection)
    return lambda expression, value: connection.execute(f"select {expression}", [value]).fetchone()[0]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("expression", "value", "published"),
    [
        # developers.facebook.com, Conversions API, customer information parameters (January 2026)
        ("sha256(ad_email(?))", " John_Smith@gmail.com ", "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
        ("sha256(ad_phone(?))", "+1 (650)555-1212", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
        ("sha256(ad_meta_name(?))", "Mary", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("sha256(ad_meta_name(?))", "정", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        ("sha256(ad_meta_name(?))", "Valéry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        ("sha256(ad_meta_name(?))", unicodedata.normalize("NFD", "Valéry"), "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        ("sha256(strftime(cast(? as date), '%Y%m%d'))", "1997-02-16", "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c"),
        ("sha256(ad_country(?))", "US", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
        # yandex.ru/dev/metrika/en/data-import/contacts-data and yandex.com/support2/audience/en/file
        ("md5(ad_email(?))", "mail@yandex.ru", "3c56ff8fef0f6c65b36b2d25720fe276"),
        ("md5(ad_email(?))", "Example2@yandex.ru", "8d2b135ba9bd88fbfbd8ececb31196d1"),
        ("md5(ad_phone(?))", "+79995551111", "f09f2c3d48f31e2a802944ade2e5aec5"),
        ("md5(ad_phone(?))", "+7 987 654-32-10", "5c5259938ed3e632bc5e3f94731090af"),
        ("md5(ad_phone(?))", "+79012345678", "7cea6da797b7105aee4188b6731a9006"),
        # developers.google.com/data-manager/api/devguides/concepts/formatting: the texts, before hashing
        ("ad_google_email(?)", "cloudy.sanfrancisco+shopping@gmail.com", "cloudysanfrancisco@gmail.com"),
        ("ad_google_email(?)", "user.name+NYC@Example.com", "user.name+nyc@example.com"),
        ("ad_google_phone(?)", "+1 (800)555-0100", "+18005550100"),
    ],
)
def test_the_published_vectors_come_out(ask, expression, value, published):
    assert ask(expression, value) == published


@pytest.mark.parametrize(
    ("expression", "value", "written"),
    [
        ("ad_meta_name(?)", " Ёлкина ", "ёлкина"),
        ("ad_meta_name(?)", "Анна-Мария", "аннамария"),
        ("ad_meta_name(?)", "О'Нил", "онил"),
        ("ad_name(?)", "  МАРИЯ\t  Кюри ", "мария кюри"),
        ("ad_name(?)", unicodedata.normalize("NFD", "Й"), "й"),
        ("ad_meta_place(?)", "Нижний Новгород", "нижнийновгород"),
        ("ad_zip(?, 'US')", "94035-1234", "94035"),
        ("ad_zip(?, 'GB')", "M1 1AE", "m11ae"),
        ("ad_zip(?, 'RU')", "454148", "454148"),
        ("ad_email(?)", "an na@exa mple.com", "anna@example.com"),
    ],
)
def test_names_keep_their_script_and_are_written_in_one_way(ask, expression, value, written):
    assert ask(expression, value) == written
    assert ask(f"sha256({expression})", value) == sha(written) != sha("")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("ad_email(?)", ""), ("ad_email(?)", "anna"), ("ad_email(?)", "@example.com"), ("ad_google_email(?)", None), ("ad_phone(?)", ""), ("ad_phone(?)", "+7"),
        ("ad_phone(?)", "+79001234567890123"), ("ad_google_phone(?)", "none"), ("ad_name(?)", " "), ("ad_meta_name(?)", "'-"), ("ad_meta_place(?)", None),
        ("ad_country(?)", "Russia"), ("ad_zip(?, 'RU')", " - "),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_nothing_and_never_the_hash_of_an_empty_text(ask, expression, value):
    assert ask(expression, value) is None and ask(f"sha256({expression})", value) is None


def test_every_platform_writes_the_headers_that_it_publishes():
    from pipelines.audiences import google, meta, vk, yandex

    targets: list[Target] = [google.GOOGLE, meta.META, yandex.YANDEX, vk.VK]
    assert [[list(file.columns) for file in target.files] for target in targets] == [
        [["Email", "Phone", "First Name", "Last Name", "Country", "Zip"]],
        [["email", "phone", "fn", "ln", "ct", "zip", "country", "dob", "gen"]],
        [["phone", "email"]],
        [["id"], ["id"]],
    ]
