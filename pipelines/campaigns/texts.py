"""Lengths of time, names of channels and numbers of things, in English and in Russian."""

from datetime import timedelta

UNITS = (
    (timedelta(weeks=1), ("week", "weeks"), ("неделю", "недели", "недель")),
    (timedelta(days=1), ("day", "days"), ("день", "дня", "дней")),
    (timedelta(hours=1), ("hour", "hours"), ("час", "часа", "часов")),
    (timedelta(minutes=1), ("minute", "minutes"), ("минуту", "минуты", "минут")),
)
CHANNELS = {
    "email": ("e-mail", "письмо"),
    "sms": ("SMS", "SMS"),
    "messenger": ("messenger", "мессенджер"),
    "web_push": ("web push", "веб-пуш"),
}
PURPOSES = {
    "marketing": ("marketing", "реклама"),
    "transactional": ("transactional", "транзакционный"),
    "ads_matching": ("ad audiences", "рекламные аудитории"),
}
STATUSES = {"live": ("live", "действует"), "paused": ("paused", "приостановлен"), "draft": ("draft", "черновик")}


def length(given: timedelta, *, russian: bool = False) -> str:
    """In the largest unit that leaves no rest: 90 minutes, 2 days; in Russian in the accusative, as after «через»."""
    for unit, english, forms in UNITS:
        if given >= unit and not given % unit:
            count = given // unit
            return f"{count} {plural(count, forms) if russian else english[count != 1]}"
    return "0 минут" if russian else "0 minutes"


def local(number: str, place: int) -> str:
    """A number as the language writes it."""
    return number.translate(str.maketrans({",": "\N{NO-BREAK SPACE}", ".": ","})) if place else number


def plural(count: int, forms: tuple[str, str, str]) -> str:
    """The Russian form for a count: 1 час, 2 часа, 5 часов, 11 часов, 21 час."""
    if count % 10 == 1 and count % 100 != 11:
        return forms[0]
    return forms[1] if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else forms[2]
