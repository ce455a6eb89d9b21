"""What campaigns came to, read from the marts, and the sentences that say it. Counting and comparing are models; showing is the commands' and the page's."""

from dataclasses import dataclass
from itertools import groupby

from duckdb import DuckDBPyConnection

from pipelines.campaigns.engine.why import SCORES, won
from pipelines.campaigns.tables import REASONS
from pipelines.campaigns.texts import local

MARTS = ("campaign_results", "campaign_reasons", "experiment_results")
SCENARIOS = """
select scenario, version, definition ->> '$.title.en' as en, definition ->> '$.title.ru' as ru from communications.scenarios
where (scenario, version) in (select (scenario, version) from marts.campaign_results) and scenario = coalesce($scenario, scenario) order by scenario, version
"""
STEPS = """
select * exclude (day) from marts.campaign_results where scenario = $scenario and version = $version and day is null order by step, holdout nulls first, arm
"""
NOT_SENT = """
select reason, detail, sum(messages_count) as messages_count, sum(customers_count) as customers_count from marts.campaign_reasons
where scenario = $scenario and version = $version and stage <> 'sent' group by reason, detail order by messages_count desc, reason, detail
"""
EXPERIMENTS = """
select *, max(value) filter (is_control) over (partition by step, metric, currency) as control_value from marts.experiment_results
where scenario = $scenario and version = $version order by step in ('holdout', 'company_holdout'), step, metric, currency nulls first, not is_control, arm
"""
# Each step's last choice, of several at one moment that of the last slot, and how often each arm has won.
WINNERS = f"""
select step, max(decided_at) as decided_at, max_by(scores, (decided_at, slot)) as scores, histogram(scores[1].arm) as won
from (select step, slot, decided_at, {SCORES} as scores from communications.winners where scenario = $scenario and version = $version group by all)
group by step order by step
"""
OTHER_REASONS = {
    "control": ("in the arm of the experiment that gets nothing", "в ветви эксперимента без сообщений"),
    "bounced": ("came back", "вернулось"),
    "failed": ("refused by the provider", "не принято провайдером"),
    "unknown": ("in doubt: the provider may have it", "неизвестно: провайдер мог принять"),
    "waiting": ("not handed over yet", "ещё не отправлено"),
}
EXPERIMENT_NAMES = {
    "holdout": ("Holdout of the scenario", "Контрольная группа сценария"),
    "company_holdout": ("Holdout of the company", "Общая контрольная группа"),
}
WINNER = ("Best arm so far, for the rest:", "Победитель, который получают остальные:")
METRICS = {"converted": ("met the goal", "выполнили цель"), "revenue": ("revenue per customer", "выручка на клиента")}
VERDICTS = {
    "better": ("better", "лучше"),
    "worse": ("worse", "хуже"),
    "no_difference_found": ("no difference found", "разницы не найдено"),
    "too_early": ("too early to tell", "рано судить"),
    "not_to_be_trusted": ("not to be trusted", "доверять нельзя"),
    "control": ("", ""),
}


@dataclass(frozen=True)
class Results:
    """One version of a scenario. Rows are dictionaries of the marts' columns."""

    scenario: str
    version: int
    title: tuple[str, str]
    steps: list[dict]
    not_sent: list[dict]
    winners: list[dict]
    experiments: list[list[dict]]  # one list per experiment, metric and currency; the control first


def there_are(connection: DuckDBPyConnection) -> bool:
    """Whether the run that makes results has been."""
    names = connection.execute("select table_name from information_schema.tables where table_schema = 'marts'").fetchall()
    return {name for (name,) in names}.issuperset(MARTS)


def read(connection: DuckDBPyConnection, scenario: str | None = None) -> list[Results]:
    """Every scenario that asked for a message, or only this one."""
    found = []
    for name, version, en, ru in connection.execute(SCENARIOS, {"scenario": scenario}).fetchall():
        steps, not_sent, winners, compared = (
            _rows(connection, query, {"scenario": name, "version": version}) for query in (STEPS, NOT_SENT, WINNERS, EXPERIMENTS)
        )
        experiments = [list(rows) for _, rows in groupby(compared, key=lambda row: (row["step"], row["metric"], row["currency"]))]
        found.append(Results(name, version, (en, ru), steps, not_sent, winners, [rows for rows in experiments if any(row["assigned_count"] for row in rows)]))
    return found


def _rows(connection: DuckDBPyConnection, query: str, values: dict) -> list[dict]:
    relation = connection.execute(query, values)
    names = [column[0] for column in relation.description]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def heading(rows: list[dict], place: int) -> str:
    """What is compared: the experiment and the metric."""
    step, metric, currency = rows[0]["step"], rows[0]["metric"], rows[0]["currency"]
    name = EXPERIMENT_NAMES[step][place] if step in EXPERIMENT_NAMES else ("Experiment ", "Эксперимент ")[place] + step
    return f"{name}: {METRICS[metric][place]}" + (f", {currency}" if currency else "")


def reason(row: dict, place: int) -> str:
    word, detail = row["reason"], row["detail"]
    text = (REASONS | OTHER_REASONS).get(word, (word, word))[place]
    return text + (f" ({REASONS[detail][place] if detail in REASONS else detail})" if detail else "")


def winner(row: dict, place: int) -> str:
    """Which arm the rest goes on as, with what shares, since when; and how often each was chosen, where it was chosen more than once."""
    said = f"{row['step']}, {row['decided_at']:%Y-%m-%d %H:%M}: {won(row['scores'], place)}"
    if sum(row["won"].values()) == 1:
        return said
    often = ", ".join(f"{arm} {local(format(count, ','), place)}" for arm, count in sorted(row["won"].items()))
    return said + (f". Chosen so far: {often}", f". Выбрано до сих пор: {often}")[place]


def amount(row: dict, value: float | None, place: int, *, signed: bool = False) -> str:
    """A share in per cent (a difference of shares in points), or money."""
    if value is None:
        return "–"
    sign = "+" if signed else ""
    return local(f"{100 * value:{sign}.1f}" + ("" if signed else " %") if row["metric"] == "converted" else f"{value:{sign},.0f}", place)


def sentence(row: dict, place: int) -> str:
    """What to make of an arm, in plain words."""
    if row["verdict"] == "not_to_be_trusted":
        return (
            "Not to be trusted: the arms are not of the sizes that were meant, and chance does not do that. Look for what lets people into one and not the other.",
            "Доверять нельзя: размеры ветвей не те, что задуманы, и случай так не делает. Ищите, что пускает людей в одну ветвь и не пускает в другую.",
        )[place]
    if row["difference"] is None:
        if row["observed_count"] < row["assigned_count"]:
            return (
                f"Too early to tell: the time of the goal is over for {row['observed_count']:,} of {row['assigned_count']:,} customers.",
                local(f"Рано судить: срок цели вышел у {row['observed_count']:,} из {row['assigned_count']:,} клиентов", 1) + ".",
            )[place]
        return ("Too early to tell: too few customers.", "Рано судить: слишком мало клиентов.")[place]
    low, high = (amount(row, row[key], place, signed=True) for key in ("difference_low", "difference_high"))
    unit = ((" points", " процентного пункта") if row["metric"] == "converted" else (f" {row['currency']}", f" {row['currency']}"))[place]
    span = (f"between {low} and {high}{unit}", f"от {low} до {high}{unit}")[place]
    if row["verdict"] in ("better", "worse"):
        return (f"{VERDICTS[row['verdict']][0].capitalize()}: {span}.", f"{VERDICTS[row['verdict']][1].capitalize()}: {span}.")[place]
    seen = amount(row, row["detectable_difference"], place, signed=True).lstrip("+")
    if row["verdict"] == "no_difference_found":
        return (f"No difference found: it is {span}.", f"Разницы не найдено: она {span}.")[place]
    return (
        f"Too early to tell: the difference is {span}. So many customers show one of {seen}{unit} or more.",
        f"Рано судить: разница {span}. Столько клиентов показывают разницу от {seen}{unit}.",
    )[place]
