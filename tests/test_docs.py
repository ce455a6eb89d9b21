"""What the pages for people say is so: settings and their defaults, sources, commands."""

import re

import pytest

from pipelines.settings import PROJECT, Settings
from pipelines.sources.registry import presets


@pytest.fixture(scope="module")
def readme() -> str:
    return (PROJECT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_table_of_operations_with_its_default():
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| (.+?) \|", page, flags=re.MULTILINE)
    told = {name: default for names, defaults in rows for name, default in zip(names.split(", "), _each(defaults, names.count(",") + 1), strict=True)}
    assert {name.strip("`") for name in told} == set(Settings.model_fields)
    plain = {name: field.default for name, field in Settings.model_fields.items() if isinstance(field.default, str | int | float)}
    assert len(plain) >= 8
    assert {name: told[f"`{name}`"] for name in plain} == {name: f"`{default}`" for name, default in plain.items()}


def _each(defaults: str, names: int) -> list[str]:
    return defaults.split(", ") if names > 1 else [defaults]


def test_every_source_has_its_folder_in_the_readme(readme):
    table = readme.split("| folder | what goes in |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z0-9_]+)`", table)) == set(presets())


def test_every_link_of_the_pages_leads_to_a_file(readme):
    pages = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))]
    assert len(links) > 15
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
