"""What templates can do with values, in the language of the message: money, dates, numbers, plurals, tracked links.

A value that is empty (null) is never printed: the person is held back unless the template says what stands in its place.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

LINK = "\ue000{}\ue001"  # where a tracked link goes; the parent process, which knows the keys, puts it in
LINKS = "_links"  # the context's list of them
SCHEMES = ("https://", "mailto:", "tel:")


class Unprintable(ValueError):
    """A value that a filter cannot take. The text holds no value."""


def filters(locale: str, time_zone: str) -> dict[str, Callable]:
    """The filters of one language."""
    known, zone = Locale.parse(locale), ZoneInfo(time_zone)
    money_pattern = known.currency_formats["standard"].pattern
    whole_pattern = money_pattern.replace(".00", "")

    @lru_cache(maxsize=4096)
    def shown(amount: Decimal, currency: str) -> str:
        pattern = whole_pattern if amount == amount.to_integral_value() else money_pattern
        if pattern.startswith("¤") and get_currency_symbol(currency, locale=known)[-1].isalpha():
            pattern = pattern.replace("¤", "¤\xa0")  # CLDR's currencySpacing: RUB 5
        return format_currency(amount, currency, pattern, locale=known, currency_digits=False)

    def money(value: object, currency: str | None) -> str:
        """`1 234,50 ₽`, `$1,234.50`; kopecks and cents only where there are any. `currency` is ISO 4217."""
        amount = _number(value).quantize(Decimal("0.01"))
        if not (isinstance(currency, str) and len(currency) == 3):
            raise Unprintable("money needs a currency such as RUB")
        return shown(amount, currency.upper())

    def number(value: object, decimals: int | None = None) -> str:
        """`12 345,6`; with `decimals` rounded to so many."""
        amount = _number(value)
        return format_decimal(amount if decimals is None else round(amount, min(decimals, 9)), locale=known)

    def day(value: object, format: str = "long") -> str:
        """`31 января 2026 г.`, or a pattern of CLDR such as `d MMMM`. Timestamps are UTC and shown in the time zone of the policy."""
        moment = _moment(value)
        if isinstance(moment, datetime):
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)
            if any(sign in format for sign in "Hhm"):
                return format_datetime(moment, format, locale=known)
        return format_date(moment, format, locale=known)

    def plural(value: object, *forms: str) -> str:
        """The form that goes with a number: Russian one, few, many (`товар`, `товара`, `товаров`), English one, other. The number itself is not printed."""
        wanted = [form for form in ("one", "few", "many", "other") if form in known.plural_form.tags or form == "other"]
        wanted = wanted[:-1] if "many" in wanted else wanted  # what has "many" uses "other" for fractions, which take "few"
        if len(forms) != len(wanted):
            raise Unprintable(f"plural takes {len(wanted)} forms in {locale}: {', '.join(wanted)}")
        form = known.plural_form(_number(value))
        return forms[wanted.index(form if form in wanted else "few")]

    return {"money": money, "number": number, "date": day, "plural": plural, "track": track}


@pass_context
def track(context: Context, url: object) -> str:
    """A link whose clicks are counted: only HTTPS (and mailto:, tel:, which are left as they are). `pass_context` keeps Jinja from folding it."""
    if not isinstance(url, str) or not url.startswith(SCHEMES) or any(ord(sign) <= 32 for sign in url):
        raise Unprintable("a link begins with https:// and holds no blanks")
    if not url.startswith("https://"):
        return url
    links = context.parent[LINKS]
    links.append(str(url))
    return Markup(LINK.format(len(links) - 1))


def _number(value: object) -> Decimal:
    try:
        number = Decimal(str(value)) if isinstance(value, int | float | Decimal | str) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number.adjusted() > 15:
        raise Unprintable("not a number, or none is known")
    return number


def _moment(value: object) -> date:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        pass
    if not isinstance(value, date):
        raise Unprintable("not a date, or none is known")
    return value
