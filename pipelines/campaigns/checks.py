"""Everything that is wrong with the scenarios of a folder, before anybody gets anything.

What cannot be read is told by `reading`; each kind of check has a module of its own. A scenario with an error is not evaluated.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from pipelines.campaigns import check_graph, check_names, check_policy, check_templates, check_winners
from pipelines.campaigns.findings import Finding, Refused
from pipelines.campaigns.reading import Campaigns, File, definition_hash
from pipelines.campaigns.schema import Scenario
from pipelines.settings import settings


def check(campaigns: Campaigns, warehouse: Path | None = None) -> dict[str, list[Finding]]:
    """The findings of each scenario by its name, and of the policy under `policy`; what is in order has none."""
    events, known, is_locked = _evaluated(warehouse or settings().warehouse)
    found = {name: list(findings) for name, findings in campaigns.refused.items()}
    for name, file in campaigns.files.items():
        found[name] = [
            *_scenario(file, campaigns, events),
            *_version(file, known),
            *([Finding("not_compared", file.name, file.line("version"))] if is_locked else []),
        ]
    found["policy"] = list(check_policy.policy_findings(campaigns))
    return {name: sorted(findings, key=lambda finding: finding.line) for name, findings in sorted(found.items())}


def passed(campaigns: Campaigns, warehouse: Path | None = None, *, tell: Callable[[str], None] = lambda _: None) -> list[Scenario]:
    """The scenarios that may be evaluated: live, and without an error, of which each is told. Raises `Refused` if the policy has one: it holds for all."""
    errors = {name: [finding for finding in findings if finding.is_error] for name, findings in check(campaigns, warehouse).items()}
    if errors["policy"]:
        raise Refused(errors["policy"])
    live = {one.scenario for one in campaigns.scenarios if one.status == "live"}
    for name in sorted({*live, *campaigns.refused}):
        for finding in errors[name]:
            tell(f"{name} is not evaluated: {finding}")
    return [one for one in campaigns.scenarios if one.scenario in live and not errors[one.scenario]]


def _scenario(file: File, campaigns: Campaigns, events: set[str]) -> Iterator[Finding]:
    yield from check_graph.findings(file)
    yield from check_winners.findings(file, campaigns.policy)
    yield from check_names.findings(file, campaigns, events)
    yield from check_policy.findings(file, campaigns.policy)
    yield from check_templates.findings(file, campaigns.policy)


def _version(file: File, known: dict[str, dict[int, str]]) -> Iterator[Finding]:
    """The version against those evaluated: a change has a number of its own."""
    scenario: Scenario = file.content
    versions = known.get(scenario.scenario, {})
    newest = max(versions, default=0)
    values = {"version": str(scenario.version), "known": str(newest), "next": str(newest + 1)}
    if scenario.version < newest:
        yield Finding("version_behind", file.name, file.line("version"), values)
    elif versions.get(scenario.version, definition_hash(scenario)) != definition_hash(scenario):
        yield Finding("version_not_raised", file.name, file.line("version"), values)


def _evaluated(warehouse: Path) -> tuple[set[str], dict[str, dict[int, str]], bool]:
    """Events that ever happened, the hashes of versions evaluated, and whether another process keeps the warehouse from telling."""
    if not warehouse.exists():
        return set(), {}, False
    from pipelines.warehouse import connect

    try:
        with connect(warehouse, read_only=True) as connection:
            there = {f"{schema}.{name}" for schema, name in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()}
            events, known = set(), {}
            if "marts.customer_timeline" in there:
                events = {name for (name,) in connection.execute("select distinct event_name from marts.customer_timeline").fetchall()}
            if "communications.scenarios" in there:
                for name, version, text in connection.execute("select scenario, version, definition from communications.scenarios").fetchall():
                    known.setdefault(name, {})[version] = definition_hash(Scenario.model_validate_json(text))
            return events, known, False
    except duckdb.IOException:
        return set(), {}, True
