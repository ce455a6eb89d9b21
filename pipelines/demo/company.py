"""Writes the demo company: made-up people first, then how systems know them, what they do, and every system's files."""

from datetime import datetime, timedelta
from pathlib import Path

from pipelines.demo import accounts, behaviour, bitrix24, esp, forms, ga4, hubspot, leads, lexicon, mailchimp, metrica, records, segment, shops, spelling
from pipelines.demo import people as population
from pipelines.demo import truth as golden
from pipelines.demo.draws import connection
from pipelines.demo.files import Company
from pipelines.demo.mess import SHARES

SOURCES = (hubspot, bitrix24, mailchimp, esp, ga4, metrica, segment, leads, shops, forms)


def write_company(inbox: Path, truth: Path, people: int = 2000, days: int = 90, seed: int = 1, end: str = "2026-01-01") -> None:
    """Writes exports below `inbox/<source>/` and what is true below `truth/`.

    `end` is the company's present, in UTC: nothing happened after it. The same arguments write the same bytes.
    """
    if people < 1 or days < 15:
        raise ValueError(f"the demo company needs at least 1 person and 15 days, not {people} and {days}")
    end_at = datetime.fromisoformat(end)
    start_at = end_at - timedelta(days=days)
    with connection(seed) as con:
        lexicon.load(con)
        population.create(con, people, days, end_at)
        records.create(con, end_at)
        spelling.create(con, people)
        accounts.create(con, people, start_at, end_at, SHARES["hubspot_twice_merged"])
        behaviour.create(con, days, start_at, end_at)
        company = Company(con, Path(inbox), start_at, end_at)
        for source in SOURCES:
            source.write(company)
        golden.write(company, Path(truth))
