"""The picture of the way of the data for the Russian page: the same drawing, its words replaced."""

import re
from html import escape, unescape

RUSSIAN = {
    "The way of the data: inbox, raw, staging, identity, marts, audit, published versions": "Путь данных: входящие, сырые, стандартизация, сопоставление, витрины, проверка, опубликованные версии",
    "Meta · VK lead forms": "лид-формы Meta · VK",
    "Segment-shaped events": "события вида Segment",
    "Shopify · plain orders": "Shopify · любые заказы",
    "dlt: as received,": "dlt: как пришло,",
    "all text, each file once": "текстом, один раз",
    "dbt: one shape per": "dbt: одна форма на",
    "entity, standardized": "сущность, единый вид",
    "names, phones, dates": "имён, телефонов, дат",
    "Splink: which records": "Splink: какие записи",
    "are one person;": "один человек;",
    "ids that last": "постоянные id",
    "dbt: one profile per": "dbt: один профиль на",
    "customer, with history,": "клиента: история,",
    "consent and provenance": "согласия, источники",
    "file, line, reason,": "файл, строка,",
    "remedy, the raw line": "причина, что делать",
    "dbt tests, Great": "тесты dbt, Great",
    "Expectations, counts": "Expectations, счёт",
    "full · pseudonymised": "полная · обезличенная",
    "versions, rollback": "версии, откат",
    "Dagster runs it as one job on a schedule. A failed audit publishes nothing; readers keep the last good version.": "Dagster выполняет всё одним заданием по расписанию. Если проверка не пройдена, ничего не публикуется: читатели видят прежнюю версию.",
}
WORDS = re.compile(r'(?<=aria-label=")[^"]+|(?<=>)[^<>]+(?=</text>)')


def in_russian(picture: str) -> str:
    """Names of schemas and products stay as they are."""
    return WORDS.sub(lambda found: escape(RUSSIAN.get(unescape(found[0]), unescape(found[0]))), picture)
