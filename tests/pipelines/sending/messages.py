"""Messages to made-up people for tests of channels."""

from typing import Any

from pipelines.sending.channel import Content, Message

CYRILLIC = "Здравствуйте! Ваша корзина ждёт вас: три товара на сумму 4 990 ₽. Оформите заказ до конца недели, доставим бесплатно."


def message(channel: str, address: str, text: str = "Hello", *, number: int = 1, **more: Any) -> Message:
    """A marketing message; what `content` takes may be given beside what a message takes."""
    said = {name: more.pop(name) for name in ("subject", "url", "data") if name in more}
    kinds = {"sms": "phone", "messenger": "telegram", "web_push": "web_push", "webhook": "endpoint"}
    given = {"identifier_type": kinds[channel], "purpose": "marketing", "locale": "ru"} | more
    return Message(message_id=f"{number:032x}", channel=channel, address=address, content=Content(text=text, **said), **given)
