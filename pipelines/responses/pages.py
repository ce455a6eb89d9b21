"""The pages that people see: unsubscribing, preferences, and what says that a link does not work. Russian or English, as the browser asks.

They load nothing from anywhere, run no script and keep no cookie.
"""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from pipelines.settings import settings

CHANNELS = ("email", "sms", "messenger", "web_push")
RUSSIAN = ("ru", "be", "uk", "kk", "ky", "tg", "uz", "hy")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
WORDS = {
    "en": {
        "email": "by e-mail",
        "sms": "by SMS",
        "messenger": "in messengers",
        "web_push": "in the browser",
        "unsubscribe": "Unsubscribe",
        "ask": "No more advertising {channel}?",
        "asked": "Press the button, and we will send you no more advertising {channel}. What you have ordered or asked for still reaches you.",
        "done": "You are unsubscribed",
        "done_more": "We send you no more advertising {channel}. It holds at once, also for what was already on its way to be sent.",
        "undo": "It was a mistake: take it back",
        "undone": "Taken back",
        "undone_more": "All is as it was before you unsubscribed.",
        "preferences": "What you do not want from us",
        "preferences_more": "Tick what we should stop. What you have ordered or asked for still reaches you.",
        "stop": "Advertising {channel}",
        "stop_all": "All advertising, on every channel",
        "save": "Stop what is ticked",
        "saved": "Done",
        "saved_more": "What you ticked is stopped at once.",
        "nothing": "Nothing was ticked, so nothing has changed.",
        "other": "Or choose channel by channel",
        "broken": "This link does not work",
        "broken_more": "It is not complete, or it was changed. Please open it from the message itself once more.",
        "busy": "Please try again in a minute",
        "busy_more": "We could not save your choice just now. Nothing has changed.",
    },
    "ru": {
        "email": "по электронной почте",
        "sms": "по СМС",
        "messenger": "в мессенджерах",
        "web_push": "в браузере",
        "unsubscribe": "Отписаться",
        "ask": "Больше не присылать рекламу {channel}?",
        "asked": "Нажмите кнопку, и мы перестанем присылать вам рекламу {channel}. То, что вы заказали или о чём просили, приходить не перестанет.",
        "done": "Вы отписаны",
        "done_more": "Мы больше не присылаем вам рекламу {channel}. Это действует сразу, в том числе на то, что уже готовилось к отправке.",
        "undo": "Это ошибка, отменить отписку",
        "undone": "Отписка отменена",
        "undone_more": "Всё осталось так, как было до неё.",
        "preferences": "Чего вам не присылать",
        "preferences_more": "Отметьте, что прекратить. То, что вы заказали или о чём просили, приходить не перестанет.",
        "stop": "Рекламу {channel}",
        "stop_all": "Всю рекламу, по всем каналам",
        "save": "Прекратить отмеченное",
        "saved": "Готово",
        "saved_more": "Отмеченное прекращено сразу.",
        "nothing": "Ничего не отмечено, поэтому ничего не изменилось.",
        "other": "Или выберите по каналам",
        "broken": "Ссылка не работает",
        "broken_more": "Она неполная или изменена. Откройте её ещё раз из самого сообщения.",
        "busy": "Попробуйте через минуту",
        "busy_more": "Сейчас сохранить ваш выбор не удалось. Ничего не изменилось.",
    },
}


def page(request: Request, name: str, *, status: int = 200, channel: str = "", more: dict | None = None) -> HTMLResponse:
    """`name` is a block of `page.html.j2`."""
    language = language_of(request)
    words = WORDS[language]
    said = {key: text.replace("{channel}", words.get(channel, "")) for key, text in words.items()}
    each = {one: words["stop"].replace("{channel}", words[one]) for one in CHANNELS}
    other = "en" if language == "ru" else "ru"
    text = _template().render(name=name, language=language, other=other, t=said, each=each, company=settings().collector.company, **(more or {}))
    return HTMLResponse(text, status, HEADERS | {"Content-Language": language, "Vary": "Accept-Language"})


def language_of(request: Request) -> str:
    """As the link on the page says, else the first that the browser asks for."""
    if (asked := request.query_params.get("lang")) in WORDS:
        return asked
    first = request.headers.get("accept-language", "").split(",")[0].split("-")[0].strip().lower()
    return "ru" if first in RUSSIAN else "en"


@cache
def _template():
    return Environment(loader=PackageLoader("pipelines.responses", "."), autoescape=True, undefined=StrictUndefined).get_template("page.html.j2")
