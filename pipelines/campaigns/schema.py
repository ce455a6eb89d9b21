"""What a scenario file may hold: ENTRY, then a graph of ACT, WAIT and SPLIT, with EXIT, GOAL and POLICY.

Everything else (delays, conditions, fallbacks, A/B tests, one-off campaigns) is one of these three steps; `docs/campaigns.md` shows how.
Durations are written `30m`, `2h`, `7d`. Conditions are SQL expressions over named columns: those of `marts.customer_360` for a customer,
those of `communications.events` (and `properties.name`) for an event.
"""

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Channel = Literal["email", "sms", "messenger", "web_push"]
END = "end"
LONGEST = timedelta(days=3653)  # that no moment leaves the calendar


def _duration(given: object) -> object:
    if isinstance(given, str) and (found := re.fullmatch(r"(\d{1,7})([mhdw])", given.strip())):
        if (length := timedelta(**{UNITS[found[2]]: int(found[1])})) <= LONGEST:
            return length
        raise ValueError("a duration is ten years at most")
    if given == 0 or isinstance(given, timedelta):
        return given or timedelta()
    raise ValueError("a duration is a number and m, h, d or w: 30m, 2h, 7d")


def _written(duration: timedelta) -> str:
    """A duration as a file writes it, so that what was kept can be read again."""
    return f"{duration // timedelta(minutes=1)}m"


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration, json_schema_input_type=Annotated[str, StringConstraints(pattern=r"^\d{1,7}[mhdw]$")]),
    PlainSerializer(_written, return_type=str, when_used="json"),
]


def _time_of_day(given: object) -> object:
    if isinstance(given, time) or (isinstance(given, str) and re.fullmatch(r"\d\d:\d\d(:\d\d)?", given)):
        return given
    raise ValueError("a time of day is written 09:30")


def _moment(given: object) -> object:
    if isinstance(given, datetime) or (isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?", given)):
        return given
    raise ValueError("a moment is written 2026-01-31 09:30, without a time zone: the policy has it")


# Numbers would be taken for seconds.
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day, json_schema_input_type=Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d(:\d\d)?$")])]
Moment = Annotated[
    datetime, BeforeValidator(_moment, json_schema_input_type=Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$")])
]


class Part(BaseModel):
    """Unknown keys are errors: a misspelled one would silently do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Titles(Part):
    en: str
    ru: str


class EventPattern(Part):
    """Something that happened to the customer, as `communications.events` names it."""

    event: str = Field(description="Name of the event: order_paid, cart_updated, email_clicked …")
    where: str | None = Field(None, description="Condition on the event's columns")
    of: list[Name] = Field([], description="Only answers to messages of these steps")


class Schedule(Part):
    """Moments at which a whole segment enters: once (`at`) or repeatedly (`rrule`, RFC 5545, counted from `at`)."""

    at: Moment = Field(description="First moment, in the time zone of the policy")
    rrule: str | None = Field(None, description="FREQ=WEEKLY;BYDAY=TU …")
    segment: Name = Field(description="Whom it is for")


class Date(Part):
    """A day of the year (or, with `every: once`, the date itself) of an attribute."""

    attribute: str = Field(description="A date column of customer_360, such as birth_date")
    days_before: int = Field(0, ge=-365, le=365)
    at: TimeOfDay = Field(time(10), description="Time of day, the customer's own")
    every: Literal["year", "once"] = "year"


class Reentry(Part):
    after: Duration


class Entry(Part):
    """Exactly one of event, segment, schedule and date. An occurrence is named by the data, so that a later look finds the same ones."""

    event: EventPattern | None = None
    segment: Name | None = Field(None, description="Whoever comes into this segment")
    schedule: Schedule | None = None
    date: Date | None = None
    where: str | None = Field(None, description="Condition on the customer, at the time of entering")
    reentry: Literal["once", "always"] | Reentry = Field("once", description="Whether someone who has been through may come again")
    concurrent: bool = Field(False, description="Whether a second pass may begin while one is under way")

    @model_validator(mode="after")
    def _exactly_one(self) -> "Entry":
        if sum(kind is not None for kind in (self.event, self.segment, self.schedule, self.date)) != 1:
            raise ValueError("an entry is exactly one of event, segment, schedule, date")
        return self


class Guard(Part):
    """What a wait listens for. The one that happened first wins, ties in the order written."""

    event: str | None = None
    where: str | None = Field(None, description="Condition on the event; without `event`, on the customer as things stand")
    of: list[Name] = Field([], description="Only answers to messages of these steps")
    segment_entered: Name | None = None
    segment_left: Name | None = None
    delivery: Literal["sent", "delivered", "failed", "held_back"] | None = Field(None, description="What became of the messages of steps `of`")
    go: Name

    @model_validator(mode="after")
    def _says_something(self) -> "Guard":
        kinds = [self.event, self.segment_entered, self.segment_left, self.delivery]
        if sum(kind is not None for kind in kinds) > 1 or not (any(kinds) or self.where):
            raise ValueError("a guard is one of event, segment_entered, segment_left, delivery, or a condition `where`")
        return self


class Wait(Part):
    """Guards with a deadline; `for: 0m` asks once and goes on, which is a condition."""

    until: list[Guard] = []
    for_: Duration = Field(alias="for")
    to: TimeOfDay | None = Field(None, description="Then until this time of day, the customer's own")
    otherwise: Name | None = Field(None, alias="else", description="Step after the deadline; the next one if unset")


class Split(Part):
    """Arms by a hash of salt and customer: the same customer always falls into the same arm. `purpose: experiment` is reported with statistics."""

    arms: dict[Name, Annotated[int, Field(ge=0)]] = Field(description="Weight per arm; an arm that sends nothing is a control", min_length=2)
    go: dict[Name, Name] = Field(description="Step per arm")
    salt: str | None = Field(None, description="Scenario and step if unset; a new salt is a new assignment")
    experiment: bool = Field(True, description="Whether the arms are compared in experiment_results")
    control: Name | None = Field(None, description="The arm the others are compared with; the first if unset")
    ends: Moment | None = Field(
        None, description="Planned end, in the time zone of the policy: who enters later is not counted, and what is found then is final"
    )

    @model_validator(mode="after")
    def _arms_lead_somewhere(self) -> "Split":
        if set(self.arms) != set(self.go):
            raise ValueError("`arms` and `go` name the same arms")
        if self.control and self.control not in self.arms:
            raise ValueError("`control` is one of the arms")
        if sum(self.arms.values()) <= 0:
            raise ValueError("at least one arm has a weight")
        return self


class Winner(Part):
    """Goes on as the arm of a split that did best so far, for those who waited while others tried the arms. Decided when somebody comes here."""

    of: Name = Field(description="The split whose arms are compared: those that send at once, by what they sent before somebody comes here")
    by: Literal["opened", "clicked", "converted"] = Field(
        description="Share of the messages sent that people opened or clicked, or after which they met the goal; scanners and prefetching do not count"
    )


def _one_is_a_list(given: object) -> object:
    return [given] if isinstance(given, str) else given


class Send(Part):
    """A message on the first of these channels that may reach the customer when it is decided."""

    channel: Annotated[list[Channel], BeforeValidator(_one_is_a_list, json_schema_input_type=Channel | list[Channel])] = Field(min_length=1)
    template: Name = Field(description="Folder below `templates` of the scenario")
    expires_after: Duration | None = Field(None, description="Not sent later than this after it was due; the policy's if unset")


class SetTrait(Part):
    trait: Name
    value: str | int | float | bool


class Audience(Part):
    add: Name | None = None
    remove: Name | None = None


class Webhook(Part):
    endpoint: Name = Field(description="An endpoint of the settings")
    payload: dict[str, str] = Field({}, description="Member → column of customer_360; the customer's pseudonym is always sent")


class Step(Part):
    """One step: exactly one of send, wait, split, winner, set, audience, webhook, enter. `next` is the following step if unset; the last one ends."""

    id: Name
    send: Send | None = None
    wait: Wait | None = None
    split: Split | None = None
    winner: Winner | None = None
    set: SetTrait | None = None
    audience: Audience | None = None
    webhook: Webhook | None = None
    enter: Name | None = Field(None, description="Another scenario to begin")
    next: Name | None = None
    max_visits: int = Field(1, ge=1, le=100, description="How often one pass may come here; further visits end the pass")

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _exactly_one(self) -> "Step":
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"a step is exactly one of {', '.join(KINDS)}")
        return self


KINDS = ("send", "wait", "split", "winner", "set", "audience", "webhook", "enter")


class Exit(Part):
    """Ends a pass wherever it stands, from the moment it happened; what is queued and not yet sent is called back."""

    event: str | None = None
    where: str | None = None
    segment_left: Name | None = None
    segment_entered: Name | None = None


class Goal(Part):
    """What the scenario is for. A conversion counts within this time after entering."""

    event: str
    where: str | None = None
    within: Duration = timedelta(days=7)
    value: str = Field("amount", description="Column of the event that is its worth")


class Holdout(Part):
    global_: bool = Field(True, alias="global", description="Whether the company's holdout gets nothing of this either")
    share: float = Field(0, ge=0, lt=1, description="Share of those who enter that goes through without getting anything")


class QuietHours(Part):
    """From and to, the customer's own time; over midnight if `from` is later. What falls within is held until `to`."""

    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay


class Scenario(Part):
    """One file `campaigns/<name>/scenario.yml`. A one-off campaign is an entry by schedule and one `send`."""

    scenario: Name
    version: int = Field(ge=1, description="Raised with every change; passes under way stay on theirs")
    title: Titles
    status: Literal["live", "paused", "draft"] = "draft"
    purpose: Literal["marketing", "transactional", "ads_matching"] = "marketing"
    priority: int = Field(50, ge=0, le=100, description="The higher goes first where a cap leaves room for one")
    approved_by: str | None = Field(None, description="Who answers for it; a live marketing scenario has one")
    entry: Entry
    steps: list[Step] = Field(min_length=1)
    exit: list[Exit] = []
    goal: Goal | None = None
    holdout: Holdout = Holdout()
    quiet_hours: QuietHours | None = Field(None, description="Instead of the policy's")

    def following(self, step: Step) -> str:
        """The step after `step` when nothing else is said."""
        if step.next:
            return step.next
        place = [one.id for one in self.steps].index(step.id)
        return self.steps[place + 1].id if place + 1 < len(self.steps) else END

    @model_validator(mode="after")
    def _every_step_is_known(self) -> "Scenario":
        ids = [step.id for step in self.steps]
        if len(ids) != len(set(ids)) or END in ids:
            raise ValueError(f"steps have names of their own, none of them {END!r}")
        for step in self.steps:
            named = [step.next, *(guard.go for guard in step.wait.until), step.wait.otherwise] if step.wait else [step.next]
            named += list(step.split.go.values()) if step.split else []
            for unknown in {name for name in named if name} - {*ids, END}:
                raise ValueError(f"step {step.id}: there is no step {unknown}")
        return self


class Cap(Part):
    """No customer gets more than this in any such window, over all scenarios of these channels."""

    name: Name
    channels: list[Channel] = []
    within: Duration
    at_most: int = Field(ge=1)


class Policy(Part):
    """`campaigns/policy.yml`: what holds for every scenario."""

    time_zone: str = Field("Europe/Moscow", description="Of schedules, and of customers whose own is not known")
    quiet_hours: QuietHours = QuietHours(**{"from": time(21), "to": time(9)})
    caps: list[Cap] = [Cap(name="week", within=timedelta(days=7), at_most=3)]
    expires_after: Duration = timedelta(hours=48)  # what falls due just after a daily run still goes out after the next, and after its night
    lateness: Duration = Field(timedelta(hours=1), description="How long after an event its file may still come before timers pass it by")
    holdout_share: float = Field(0, ge=0, lt=1, description="Share of customers that gets no marketing at all")
    holdout_salt: str = "company"
    locales: list[str] = ["ru", "en"]
