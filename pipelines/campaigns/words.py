"""A scenario in plain words, for whoever approves it: who enters, what happens step by step, what ends it, who gets nothing."""

from collections.abc import Iterator

from pipelines.campaigns.graph import compared
from pipelines.campaigns.phrases import Speaker
from pipelines.campaigns.schema import END, Policy, Scenario, Step
from pipelines.campaigns.texts import CHANNELS, PURPOSES, STATUSES


def words(scenario: Scenario, policy: Policy, *, russian: bool = False) -> str:
    """The explanation, one line per thing."""
    return "\n".join(_lines(scenario, policy, Speaker(russian)))


def heading(scenario: Scenario, say: Speaker) -> tuple[str, str]:
    """The title, and what kind of scenario it is."""
    version = say(f"version {scenario.version}", f"версия {scenario.version}")
    kind = f"{scenario.scenario}, {version}, {say.either(STATUSES[scenario.status])}, {say.either(PURPOSES[scenario.purpose])}"
    return (scenario.title.ru if say.russian else scenario.title.en), kind


def _lines(scenario: Scenario, policy: Policy, say: Speaker) -> Iterator[str]:
    title, kind = heading(scenario, say)
    yield f"{title} ({kind})"
    yield ""
    yield say("Begins: ", "Начинается: ") + f"{say.entry(scenario.entry)}; {say.again(scenario.entry)}."
    for number, step in enumerate(scenario.steps, start=1):
        yield f"{number:>3}. {_sentence(scenario, step, say)}"
    yield from rules(scenario, policy, say)


def _sentence(scenario: Scenario, step: Step, say: Speaker) -> str:
    """What the step does, then where the ways lead."""
    text = f"{step.id}: {say.act(scenario, step)}"
    if step.send and step.send.expires_after is not None:
        text += say(f", within {say.length(step.send.expires_after)} or not at all", f", не позже чем через {say.length(step.send.expires_after)} или никогда")
    if step.max_visits > 1:
        text += say(f", up to {step.max_visits} times", f", до {step.max_visits} раз")
    ways = []
    for target in dict.fromkeys(guard.go for guard in step.wait.until) if step.wait else ():
        heard = say.listed([say.heard(guard) for guard in step.wait.until if guard.go == target])
        now = not step.wait.for_ and not step.wait.to
        ways.append((say("if ", "если ") if now else say("as soon as ", "как только ")) + f"{heard} → {_name(target, say)}")
    if step.split:
        ways = [f"{arm} → {_name(step.split.go[arm], say)}" for arm in step.split.arms]
    elif step.winner:
        ways = [f"{arm} → {_name(go, say)}" for arm, go in compared(scenario, step.winner).items()]
        ways.append(say("if there is no difference, the first of these", "если разницы нет — первая из них"))
    else:
        after = (step.wait and step.wait.otherwise) or scenario.following(step)
        ways += [(say("otherwise", "иначе") if ways else say("then", "затем")) + f" → {_name(after, say)}"]
    return f"{text}; {'; '.join(ways)}."


def _name(step: str, say: Speaker) -> str:
    return say("end", "конец") if step == END else step


def rules(scenario: Scenario, policy: Policy, say: Speaker) -> Iterator[str]:
    """What holds all the way: exits, the goal, who gets nothing and when nothing goes out."""
    if scenario.exit:
        heard = [say.heard(way_out) for way_out in scenario.exit]
        yield say(
            f"Ends at once, whatever is queued, when {say.listed(heard)}.", f"Сразу прекращается, даже если что-то уже в очереди, когда {say.listed(heard)}."
        )
    if goal := scenario.goal:
        event = say.event(goal.event, goal.where)
        worth = say("the amount", "сумма") if goal.value == "amount" else goal.value
        yield say(
            f"Success: {event} within {say.length(goal.within)} of the beginning; its worth is {worth}.",
            f"Успех: {event} не позже чем через {say.length(goal.within)} после начала; ценность — {worth}.",
        )
    yield from _who(scenario, policy, say)


def _who(scenario: Scenario, policy: Policy, say: Speaker) -> Iterator[str]:
    """Who gets nothing, and when nothing goes out."""
    if scenario.purpose == "transactional":
        yield say(
            "No consent to advertising is asked for; caps, quiet hours and holdouts do not hold.",
            "Согласие на рекламу не нужно; пределы, тихие часы и контрольные группы не действуют.",
        )
        return
    if scenario.purpose == "ads_matching":
        yield say("Only with the consent to be matched by advertising platforms.", "Только с согласия на передачу рекламным площадкам.")
    shares = []
    if scenario.holdout.share:
        shares.append(say(f"{scenario.holdout.share:.0%} of those who enter", f"{scenario.holdout.share:.0%} вошедших"))
    if scenario.holdout.global_ and policy.holdout_share:
        shares.append(
            say(f"{policy.holdout_share:.0%} of all customers (the company's holdout)", f"{policy.holdout_share:.0%} всех клиентов (общая контрольная группа)")
        )
    if shares:
        yield say("For comparison nothing goes to ", "Для сравнения ничего не получают ") + say.listed(shares, ("and", "и")) + "."
    if any(step.send for step in scenario.steps):  # caps and hours are of messages
        quiet = scenario.quiet_hours or policy.quiet_hours
        yield say(
            f"Only with consent; nothing between {quiet.from_:%H:%M} and {quiet.to:%H:%M} of the customer's time, it waits until then.",
            f"Только с согласия; с {quiet.from_:%H:%M} до {quiet.to:%H:%M} по времени клиента ничего не уходит, а ждёт.",
        )
        for cap in policy.caps:
            what = say.listed([say.either(CHANNELS[channel]) for channel in cap.channels]) if cap.channels else say("of any channel", "любых каналов")
            yield say(
                f"Over all scenarios no more than {cap.at_most} messages ({what}) within {say.length(cap.within)}.",
                f"Из всех сценариев вместе — не больше {cap.at_most} сообщений ({what}) за {say.length(cap.within)}.",
            )
