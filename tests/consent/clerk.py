"""The rules of consent as docs/consent.md tells them, in plain Python: a day's clerk who walks through the ledger word by word.

Written from the words and not from the SQL, and built otherwise: the models compute how long each word stands, the clerk keeps a file and changes it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

NEVER = datetime(9999, 1, 1)
PROOF = {"double_opt_in": 3, "link": 3, "form": 2, "lead_form": 2, "checkout": 2, "crm_entry": 1}
ADDRESS = {"email": ("email",), "sms": ("phone",), "phone": ("phone",), "messenger": ("telegram", "vk_id"), "web_push": ("web_push",)}


class Word(NamedTuple):
    """One event of the ledger."""

    id: str
    record: str | None
    kind: str | None
    address: str | None
    purpose: str
    channel: str
    action: str
    basis: str | None
    at: datetime | None
    until: datetime | None
    method: str | None


class Purpose(NamedTuple):
    """What the seed says of a purpose and channel."""

    contract: bool
    interest: bool
    unnamed: bool
    least_proof: int
    days: int | None


def is_no(word: Word) -> bool:
    return word.action in ("withdrawn", "objected")


def speaks_about(word: Word, purpose: str, channel: str) -> bool:
    if is_no(word) and word.purpose == "personal_data":
        return True
    return word.purpose == purpose and (channel == "any" or word.channel in (channel, "any"))


def heard_at(word: Word, now: datetime) -> datetime:
    return now if word.at is None or word.at > now else word.at


def expiry(word: Word, rules: Purpose, now: datetime) -> datetime:
    by_rule = heard_at(word, now) + timedelta(days=rules.days) if rules.days is not None else NEVER
    return min(by_rule, word.until or NEVER)


def verdict(word: Word, channel: str, rules: Purpose, now: datetime) -> str:
    """What a yes is worth: consent, other_basis or nothing."""
    if word.at is None or word.at > now or expiry(word, rules, now) <= word.at:
        return "nothing"
    if word.channel == "any" and channel != "any" and not rules.unnamed:
        return "nothing"
    if word.basis == "contract":
        return "other_basis" if rules.contract else "nothing"
    if word.basis == "legitimate_interest":
        return "other_basis" if rules.interest else "nothing"
    if word.basis not in ("consent", None):
        return "nothing"
    return "consent" if PROOF.get(word.method, 0) >= rules.least_proof else "nothing"


def strength(word: Word, channel: str) -> int:
    """How strong a no a yes can answer: one that names no channel answers none."""
    proof = PROOF.get(word.method, 0)
    return min(proof, 1) if word.channel == "any" and channel != "any" else proof


class File:
    """What the clerk knows of one person (or address), purpose and channel."""

    def __init__(self, channel: str, rules: Purpose, now: datetime) -> None:
        self.channel, self.rules, self.now = channel, rules, now
        self.living: list[Word] = []
        self.hardest_no = 0
        self.no_stands = self.had_consent = self.claimed = False
        self.bases: list[Word] = []

    def yes(self, word: Word) -> None:
        worth = verdict(word, self.channel, self.rules, self.now)
        if worth == "other_basis":
            self.bases.append(word)
        elif worth == "nothing" or strength(word, self.channel) < self.hardest_no:
            self.claimed = True
        else:
            self.living.append(word)
            self.had_consent, self.no_stands = True, False

    def no(self, word: Word) -> None:
        self.living.clear()
        self.no_stands = True
        self.hardest_no = max(self.hardest_no, PROOF.get(word.method, 0), 2)

    def state(self, moment: datetime) -> str | None:
        if any(expiry(word, self.rules, self.now) > moment for word in self.living):
            return "granted"
        if self.no_stands:
            return "withdrawn"
        if any(expiry(word, self.rules, self.now) > moment for word in self.bases):
            return "other_basis"
        if self.had_consent or self.bases:
            return "expired"
        return "unproven" if self.claimed else None


def hear(file: File, together: list[Word]) -> None:
    """What was said at one moment. A no of the same moment ends a yes of it; whether the yes was strong enough depends on the noes before."""
    stops = [word for word in together if is_no(word) or word.action == "expired"]
    had_consent, no_stands = file.had_consent, file.no_stands
    for word in together:
        if word not in stops:
            file.yes(word)
    if stops:
        file.living.clear()
        file.had_consent, file.no_stands = had_consent, no_stands
    for word in filter(is_no, stops):
        file.no(word)


def states(words: list[Word], purpose: str, channel: str, rules: Purpose, now: datetime) -> list[tuple[datetime, str]]:
    """Each change of state up to now; the last one is the state of now."""
    about = sorted((word for word in words if speaks_about(word, purpose, channel)), key=lambda word: heard_at(word, now))
    ends = {expiry(word, rules, now) for word in about if word.action in ("granted", "confirmed")}
    moments = sorted({heard_at(word, now) for word in about} | {end for end in ends if end <= now})
    file, changes, position = File(channel, rules, now), [], 0
    for moment in moments:
        together = []
        while position < len(about) and heard_at(about[position], now) <= moment:
            together.append(about[position])
            position += 1
        if together:
            hear(file, together)
        state = file.state(moment)
        if state and (not changes or changes[-1][1] != state):
            changes.append((moment, state))
    return changes


def may_advertise(person: list[Word], at_address: list[Word], kind: str, address: str, records: set[str], channel: str, rules: Purpose, now: datetime) -> bool:
    """Whether a yes of the person's is for this address, which `records` hold, and outlives every no of theirs and at it."""
    if kind not in ADDRESS[channel]:
        return False
    stops = [word for word in person + at_address if (is_no(word) or word.action == "expired") and speaks_about(word, "marketing", channel)]
    for word in person:
        covers = (word.address == address and word.kind == kind) if word.kind in ADDRESS[channel] else word.record in records
        if not covers or word.action not in ("granted", "confirmed") or not speaks_about(word, "marketing", channel):
            continue
        if verdict(word, channel, rules, now) != "consent" or expiry(word, rules, now) <= now:
            continue
        earlier = [stop for stop in stops if heard_at(stop, now) < heard_at(word, now)]
        if len(earlier) == len(stops) and all(strength(word, channel) >= max(2, PROOF.get(stop.method, 0)) for stop in earlier if is_no(stop)):
            return True
    return False


def may_match(person: list[Word], at_address: list[Word], kind: str, address: str, records: set[str], rules: Purpose, now: datetime) -> bool:
    """Whether a yes to ad platforms is for this address: the one it names, or any e-mail or phone of the record that gave it; and outlives every no."""
    if kind not in ("email", "phone"):
        return False
    stops = [word for word in person + at_address if (is_no(word) or word.action == "expired") and speaks_about(word, "ads_matching", "any")]
    for word in person:
        covers = (word.address == address and word.kind == kind) or word.record in records
        if not covers or word.action not in ("granted", "confirmed") or word.purpose != "ads_matching":
            continue
        if verdict(word, "any", rules, now) != "consent" or expiry(word, rules, now) <= now:
            continue
        if all(heard_at(stop, now) < heard_at(word, now) for stop in stops) and all(
            strength(word, "any") >= max(2, PROOF.get(stop.method, 0)) for stop in stops if is_no(stop)
        ):
            return True
    return False
