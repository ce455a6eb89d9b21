"""Yandex Metrica Logs API: visits (`ym:s:`) and hits (`ym:pv:`) as TSV.

Ids are unsigned 64-bit and stay text; arrays are bracketed text with ClickHouse escapes.
Lands in `raw_metrica`, all columns as text.
"""

from pipelines.sources.preset import Preset, Table


def _fields(prefix: str, names: str) -> dict[str, tuple[str, ...]]:
    import re

    return {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower(): (f"ym:{prefix}:{name}",) for name in names.split()}


VISITS = _fields(
    "s",
    "visitID counterID watchIDs clientID counterUserIDHash userID date dateTime dateTimeUTC isNewUser startURL endURL pageViews visitDuration bounce ipAddress regionCountry regionCity lastTrafficSource lastAdvEngine lastSearchEngine referer UTMSource UTMMedium UTMCampaign UTMContent UTMTerm deviceCategory operatingSystem browser goalsID goalsDateTime purchaseID purchaseRevenue purchaseCurrency",
)
HITS = _fields(
    "pv",
    "watchID counterID clientID counterUserIDHash date dateTime dateTimeUTC title URL referer UTMSource UTMMedium UTMCampaign UTMContent UTMTerm isPageView goalsID lastTrafficSource regionCity deviceCategory",
)

PRESET = Preset(
    name="metrica",
    title="Yandex Metrica (Logs API)",
    kind="analytics",
    where="Logs API, sources visits and hits; save each part as TSV",
    tables=(
        Table(name="visits", description="One row per visit and exported file", columns=VISITS, required=("visit_id", "client_id"), delimiter="\t"),
        Table(name="hits", description="One row per hit and exported file", columns=HITS, required=("watch_id", "client_id"), delimiter="\t"),
    ),
)
