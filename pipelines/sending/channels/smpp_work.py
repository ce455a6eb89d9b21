"""One message on its way to an SMS centre, in parts, and what the answers to its parts mean for the whole."""

from collections.abc import Callable
from dataclasses import dataclass, field

from smpplib import consts

from pipelines.sending.channel import Result

CROWDED = {consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL}
LATER = {*CROWDED, consts.SMPP_ESME_RSYSERR, 0x64, 0x65}  # 0x64, 0x65: temporary application errors; like a system error they may be of this message only
RECIPIENT = {consts.SMPP_ESME_RINVDSTADR, consts.SMPP_ESME_RINVDSTTON, consts.SMPP_ESME_RINVDSTNPI}
BACK_OFF = 1.0  # seconds after an answer that the centre has too much to do


@dataclass(eq=False)
class Work:
    """One message in parts, and whom to tell its outcome. It is settled once every part is answered."""

    parts: list[dict]
    tell: Callable[[Result], None]
    ids: list[str] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    sent_at: float = 0.0

    def settle(self, result: Result) -> None:
        tell, self.tell = self.tell, lambda _: None
        tell(result)

    def judged(self) -> Result:
        if not self.errors:
            return Result(outcome="accepted", code="0", provider_message_id=",".join(self.ids))
        status = self.errors[0]
        code = f"smpp_{status:#04x}"
        words = consts.DESCRIPTIONS.get(status, "unknown status")
        if self.ids:  # trying again would send the parts twice that were taken
            return Result(outcome="unknown", code=code, diagnostic=f"{len(self.ids)} of {len(self.parts)} parts were taken; {words}")
        if status in LATER:
            return Result(outcome="deferred", code=code, diagnostic=words, retry_after=BACK_OFF if status in CROWDED else None)
        return Result(outcome="failed", code=code, diagnostic=words, is_recipient=status in RECIPIENT)
