"""SMS over SMPP 3.4: GSM-7 or UCS-2, long texts in parts, delivery receipts and replies taken back.

A message is accepted when the SMS centre has taken every part. Receipts come by the same session, also those of earlier runs; each is
handed to `on_inbound` and acknowledged only after that, so that none is lost.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import md5

from pipelines.sending.channel import Message, Result
from pipelines.sending.channels.settings import SmppSettings
from pipelines.sending.sms_text import headed, sms_text

CODING = {"gsm7": 0, "ucs2": 8}
UDH, IS_RECEIPT = 0x40, 0x04
INTERNATIONAL, ALPHANUMERIC, ISDN = 1, 5, 1
# message_state of the TLV and stat of the text (SMPP 3.4, 5.2.28 and appendix B) → kind of response
STATES = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD"}
KINDS = {"DELIVRD": "delivered", "EXPIRED": "bounced", "DELETED": "bounced", "UNDELIV": "bounced", "REJECTD": "bounced"}
STOP_WORDS = {"stop", "стоп", "отписаться", "unsubscribe"}
FIELD = re.compile(r"(id|stat|err):(\S*)")

Inbound = dict[str, str | None]


class Smpp:
    """`on_inbound` is called in another thread with each receipt or reply; if it raises, the SMS centre will bring it again."""

    name, provider, idempotency_hours = "sms", "smpp", 0

    def __init__(self, settings: SmppSettings, on_inbound: Callable[[Inbound], None]) -> None:
        self.settings, self.on_inbound, self.link = settings, on_inbound, None

    async def __aenter__(self) -> "Smpp":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.link:
            self.link.stop()
            await asyncio.to_thread(self.link.join, self.settings.timeout + 5)

    async def send(self, message: Message) -> Result:
        from pipelines.sending.channels.smpp_link import Link
        from pipelines.sending.channels.smpp_work import Work

        if not re.fullmatch(r"\+[1-9]\d{6,14}", message.address):
            return Result(outcome="failed", code="no_number", diagnostic="the address is no number of the form +79…", is_recipient=True)
        try:
            parts = submitted(self.settings, message)
        except ValueError as error:
            return Result(outcome="failed", code="text", diagnostic="not text" if isinstance(error, UnicodeError) else str(error))
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()

        def tell(result: Result) -> None:
            with suppress(RuntimeError):  # whoever asked has gone, and the loop with them
                loop.call_soon_threadsafe(lambda: answer.done() or answer.set_result(result))

        work = Work(parts, tell)
        if not (self.link and self.link.submit(work)):
            self.link = Link(self.settings, self._arrived)
            self.link.submit(work)
            self.link.start()
        return await answer

    def _arrived(self, pdu: object) -> int | None:
        try:
            self.on_inbound(inbound(pdu))
        except Exception:
            return 0x64  # a temporary application error: the SMS centre keeps it and tries again
        return None


def submitted(settings: SmppSettings, message: Message) -> list[dict]:
    """The fields of one submit_sm per part. The header's reference follows from the message's id, so that a repetition makes the same parts."""
    text = sms_text(message.content.text)
    is_number = settings.sender.removeprefix("+").isdigit()
    fields = {
        "source_addr_ton": INTERNATIONAL if is_number else ALPHANUMERIC,
        "source_addr_npi": ISDN if is_number else 0,
        "source_addr": settings.sender.removeprefix("+"),
        "dest_addr_ton": INTERNATIONAL,
        "dest_addr_npi": ISDN,
        "destination_addr": message.address.removeprefix("+"),
        "data_coding": CODING[text.encoding],
        "esm_class": UDH if len(text.parts) > 1 else 0,
        "registered_delivery": 1,
    }
    return [fields | {"short_message": part} for part in headed(text, int(message.message_id[-2:], 16))]


def inbound(pdu: object) -> Inbound:
    """A receipt or a reply as a line of `<data>/responses`. What a person wrote is not kept, only that it was a wish to stop."""
    text = pdu.short_message or b""
    if not int(pdu.esm_class or 0) & IS_RECEIPT:
        words = text.decode("utf-16-be" if pdu.data_coding == CODING["ucs2"] else "latin-1", "replace").strip().lower()
        about = {"channel": Smpp.name, "provider": Smpp.provider, "identifier_type": "phone", "address": "+" + _text(pdu.source_addr).removeprefix("+")}
        return about | ({"kind": "unsubscribed", "scope": "marketing/sms", "method": "reply"} if words in STOP_WORDS else {"kind": "replied"})
    said = dict(FIELD.findall(text.decode("latin-1")))
    state = STATES.get(pdu.message_state) or said.get("stat", "UNKNOWN")
    known_as = _text(pdu.receipted_message_id) or said.get("id", "")
    key = md5(f"{known_as}|{state}|{said.get('err')}".encode(), usedforsecurity=False).hexdigest()
    return {
        "event_id": f"smpp:{key}",  # the same if the SMS centre brings it twice
        "kind": KINDS.get(state, "sent"),
        "channel": Smpp.name,
        "provider": Smpp.provider,
        "provider_message_id": known_as,
        "status": state,
        "diagnostic": f"err {said['err']}" if "err" in said else None,
    }


def _text(value: bytes | str | None) -> str:
    return value.decode("latin-1").rstrip("\0") if isinstance(value, bytes) else value or ""
