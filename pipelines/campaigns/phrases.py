"""The parts of a scenario in words: events, entries, guards, exits, acts. Used by the explanation and by the picture.

Every phrase is a pair, English and Russian; `Speaker` picks one. Names of a company's own (steps, segments, templates) stay as they are.
"""

from dataclasses import dataclass
from datetime import timedelta

from pipelines.campaigns.columns import segment_titles
from pipelines.campaigns.schema import Entry, Exit, Goal, Guard, Scenario, Step, Winner
from pipelines.campaigns.texts import CHANNELS, length

EVENTS = {
    "cart_updated": ("something was put into the basket", "в корзину что-то положено"),
    "cart_item_removed": ("something was taken out of the basket", "из корзины что-то убрано"),
    "checkout_started": ("checkout was begun", "начато оформление заказа"),
    "order_paid": ("an order was paid", "заказ оплачен"),
    "order_pending": ("an order was placed", "заказ оформлен"),
    "order_completed": ("an order was placed on the site", "заказ оформлен на сайте"),
    "order_cancelled": ("an order was cancelled", "заказ отменён"),
    "order_refunded": ("an order was refunded", "деньги за заказ возвращены"),
    "page_viewed": ("a page was viewed", "просмотрена страница"),
    "product_viewed": ("a product was viewed", "просмотрен товар"),
    "session_started": ("a visit to the site began", "начат визит на сайт"),
    "form_submitted": ("a form was sent in", "отправлена форма"),
    "lead_created": ("a lead came in", "создан лид"),
    "deal_created": ("a deal was begun", "создана сделка"),
    "deal_won": ("a deal was won", "сделка выиграна"),
    "deal_lost": ("a deal was lost", "сделка проиграна"),
    "email_opened": ("the e-mail was opened", "письмо открыто"),
    "email_clicked": ("a link in the e-mail was followed", "по ссылке из письма перешли"),
    "email_unsubscribed": ("the customer unsubscribed", "клиент отписался"),
}
DELIVERIES = {
    "sent": ("it went out", "сообщение ушло"),
    "delivered": ("it was delivered", "сообщение доставлено"),
    "failed": ("it could not be delivered", "сообщение не доставлено"),
    "held_back": ("it was held back", "сообщение не отправлялось"),
}
MEASURES = {
    # by: (English, Russian)
    "opened": ("opened", "открытий"),
    "clicked": ("clicked", "переходов"),
    "converted": ("followed by success", "успехов"),
}
DAYS = {
    **{"MO": ("Monday", "понедельникам"), "TU": ("Tuesday", "вторникам"), "WE": ("Wednesday", "средам"), "TH": ("Thursday", "четвергам")},
    **{"FR": ("Friday", "пятницам"), "SA": ("Saturday", "субботам"), "SU": ("Sunday", "воскресеньям")},
}
RULES = {
    "FREQ=DAILY": ("then every day", "затем каждый день"),
    "FREQ=WEEKLY": ("then every week", "затем каждую неделю"),
    "FREQ=MONTHLY": ("then every month", "затем каждый месяц"),
    "FREQ=YEARLY": ("then every year", "затем каждый год"),
}
DATES = {"birth_date": ("the birthday", "дня рождения")}


@dataclass(frozen=True)
class Speaker:
    """Says parts of a scenario in one language."""

    russian: bool = False

    def __call__(self, english: str, russian: str) -> str:
        return russian if self.russian else english

    def either(self, pair: tuple[str, str]) -> str:
        return pair[self.russian]

    def length(self, given) -> str:
        return length(given, russian=self.russian)

    def listed(self, parts: list[str], last: tuple[str, str] = ("or", "или")) -> str:
        return f" {self.either(last)} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)

    def segment(self, name: str) -> str:
        """By the title that its model gives it."""
        title = self.either(segment_titles().get(name, (name, name)))
        return f"«{title}»" if self.russian else f"“{title}”"

    def event(self, name: str, where: str | None = None) -> str:
        return self.either(EVENTS.get(name, (f"event {name}", f"событие {name}"))) + self.where(where)

    def where(self, condition: str | None) -> str:
        return self(f", with {condition}", f", при этом {condition}") if condition else ""

    def heard(self, guard: Guard | Exit | Goal) -> str:
        """What a wait listens for, or what ends a pass."""
        of = self(f" (of {self.listed(guard.of)})", f" (на {self.listed(guard.of)})") if getattr(guard, "of", None) else ""
        if guard.event:
            return self.event(guard.event) + of + self.where(guard.where)
        if getattr(guard, "delivery", None):
            return self.either(DELIVERIES[guard.delivery]) + of + self.where(guard.where)
        if guard.segment_entered:
            segment = self.segment(guard.segment_entered)
            return self(f"the customer came into {segment}", f"клиент попал в сегмент {segment}") + self.where(guard.where)
        if guard.segment_left:
            segment = self.segment(guard.segment_left)
            return self(f"the customer left {segment}", f"клиент вышел из сегмента {segment}") + self.where(guard.where)
        return guard.where or ""

    def entry(self, entry: Entry) -> str:
        """Who comes in, and when."""
        if entry.event:
            text = self.event(entry.event.event, entry.event.where)
        elif entry.segment:
            segment = self.segment(entry.segment)
            text = self(f"the customer comes into {segment}", f"клиент попал в сегмент {segment}")
        elif entry.schedule:
            text = self._schedule(entry)
        else:
            text = self._date(entry)
        return text + (self(f", if {entry.where}", f", если {entry.where}") if entry.where else "")

    def _schedule(self, entry: Entry) -> str:
        segment, at, rule = self.segment(entry.schedule.segment), entry.schedule.at, (entry.schedule.rrule or "").strip().upper()
        text = self(f"on {at:%Y-%m-%d} at {at:%H:%M}", f"{at:%d.%m.%Y} в {at:%H:%M}")
        frequency, _, days = rule.partition(";BYDAY=")
        if frequency in RULES and all(day in DAYS for day in days.split(",") if day):
            text += ", " + self.either(RULES[frequency])
            on = [self.either(DAYS[day]) for day in days.split(",") if day]
            text += self(f" on {self.listed(on, ('and', 'и'))}", f" по {self.listed(on, ('and', 'и'))}") if on else ""
        elif rule:
            text += self(f", then by {rule}", f", затем по правилу {rule}")
        return self(f"{text}: everybody in {segment}", f"{text}: все из сегмента {segment}")

    def _date(self, entry: Entry) -> str:
        date, days = entry.date, abs(entry.date.days_before)
        name = self.either(DATES.get(date.attribute, (date.attribute, date.attribute)))
        count = self.length(timedelta(days=days))
        side = (
            self(f"{count} before", f"за {count} до")
            if date.days_before > 0
            else self(f"{count} after", f"через {count} после")
            if days
            else self("on", "в день")
        )
        every = self(" every year", " каждый год") if date.every == "year" else ""
        return self(f"{side} {name}{every}, at {date.at:%H:%M}", f"{side} {name}{every}, в {date.at:%H:%M}")

    def again(self, entry: Entry) -> str:
        """Whether and when the same customer may come in again."""
        match entry.reentry:
            case "once":
                text = self("each customer once", "каждый клиент один раз")
            case "always":
                text = self("each time anew", "каждый раз заново")
            case reentry:
                text = self(f"again after {self.length(reentry.after)} at the earliest", f"снова не раньше чем через {self.length(reentry.after)}")
        return text + (self(", also while a pass is under way", ", даже пока идёт прохождение") if entry.concurrent else "")

    def channels(self, step: Step) -> str:
        return self(", else ", ", иначе ").join(self.either(CHANNELS[channel]) for channel in step.send.channel)

    def act(self, scenario: Scenario, step: Step) -> str:
        """What a step does, in a few words."""
        if step.send:
            return self(f"send {self.channels(step)}: {step.send.template}", f"отправить: {self.channels(step)} — {step.send.template}")
        if step.wait:
            return self.waiting(step)
        if step.split:
            total = sum(step.split.arms.values())
            arms = ", ".join(f"{arm} {weight / total:.0%}" for arm, weight in step.split.arms.items())
            end = f"{step.split.ends:%Y-%m-%d %H:%M}" if step.split.ends else None
            until = self(f", compared for those who enter before {end}", f", сравниваются вошедшие до {end}") if end else ""
            return self(f"split at random: {arms}", f"разделить случайно: {arms}") + until
        if step.winner:
            return self.winner(step.winner)
        if step.set:
            return self(f"note {step.set.trait} = {step.set.value}", f"записать {step.set.trait} = {step.set.value}")
        if step.audience:
            name = step.audience.add or step.audience.remove
            return (
                self(f"add to the audience {name}", f"добавить в аудиторию {name}")
                if step.audience.add
                else self(f"take out of the audience {name}", f"убрать из аудитории {name}")
            )
        if step.webhook:
            return self(f"tell {step.webhook.endpoint}", f"сообщить в {step.webhook.endpoint}")
        return self(f"begin the scenario {step.enter}", f"начать сценарий {step.enter}")

    def winner(self, winner: Winner) -> str:
        measure = self.either(MEASURES[winner.by])
        return self(
            f"go on as the arm of {winner.of} whose messages were {measure} most often, for each one sent",
            f"продолжить как ветвь шага {winner.of} с наибольшей долей {measure} среди отправленных",
        )

    def waiting(self, step: Step) -> str:
        wait = step.wait
        if not wait.for_ and not wait.to:
            return self("ask at once", "проверить сразу")
        most = self("at most ", "не больше чем ") if wait.until else ""
        text = (self(f"wait {most}{self.length(wait.for_)}", f"ждать {most}{self.length(wait.for_)}")) if wait.for_ else self("wait", "ждать")
        return text + (self(f", until {wait.to:%H:%M}", f", до {wait.to:%H:%M}") if wait.to else "")
