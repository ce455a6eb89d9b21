"""A step that tells another system, from the scenario's file to the receiver."""

import asyncio
import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from typer.testing import CliRunner

from pipelines import pseudonymise
from pipelines.cli import app
from pipelines.settings import settings
from pipelines.warehouse import connect
from tests.pipelines.campaigns.engine import marts
from tests.pipelines.campaigns.scenario_folders import scenario

sys.path.append(str(Path(__file__).parents[2] / "sending"))  # the peers that tests of the sender share

from http_peer import Peer
from servers import beside

SECRET = "whsec_" + "AQEB" * 8
TELLS = """
scenario: spring
version: 1
title: {{en: Spring, ru: Весна}}
status: live
purpose: {purpose}
approved_by: Head of marketing
quiet_hours: {{from: 00:00, to: 23:59:59}}
entry: {{segment: new_customers}}
steps:
  - id: tell
    webhook: {{endpoint: crm, payload: {{language: language, orders: orders_count}}}}
"""


@pytest.mark.parametrize("purpose", ["transactional", "marketing"])
def test_a_receiver_is_told_what_the_step_names_under_a_pseudonym_and_once_at_any_hour(data, tmp_path, monkeypatch, purpose):
    entered, peer = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=2), Peer(lambda request: 204)

    async def listen() -> asyncio.Server:
        await peer.__aenter__()
        return peer.server

    with ExitStack() as stack:
        port = stack.enter_context(beside(listen))
        endpoint = {"url": f"http://127.0.0.1:{port}/hook", "secrets": [SECRET], "private_addresses": True}
        monkeypatch.setenv("SVOD_CAMPAIGNS", str(scenario(tmp_path / "campaigns", TELLS.format(purpose=purpose))))
        monkeypatch.setenv("SVOD_SENDING__WEBHOOK__MODE", "live")
        monkeypatch.setenv("SVOD_SENDING__WEBHOOK__ENDPOINTS", json.dumps({"crm": endpoint}))
        settings.cache_clear()
        with connect() as connection:
            marts.of_one(connection)
            connection.execute("insert into segments.segment_history values ('c', 'new_customers', 'entered', $entered)", {"entered": entered})
        assert CliRunner().invoke(app, ["campaigns", "tick"]).exit_code == 0
        for _ in range(2):
            sent = CliRunner().invoke(app, ["campaigns", "send", "--channel", "webhook"])
            assert sent.exit_code == 0, sent.output
    (request,) = peer.requests
    with duckdb.connect() as connection:
        pseudonymise.register(connection)
        (pseudonym,) = connection.execute("select pseudonym('c')").fetchone()
    assert Verifier(SECRET).verify(request.body, request.headers)["data"] == {"customer": pseudonym, "language": "ru", "orders": 3}
    assert request.json()["data"]["customer"] != "c"


@pytest.mark.parametrize("purpose", ["transactional", "marketing"])
def test_of_who_forbade_processing_marketing_tells_nobody_whether_they_did_before_or_after_the_decision(data, tmp_path, monkeypatch, purpose):
    entered = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=2)
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(scenario(tmp_path / "campaigns", TELLS.format(purpose=purpose))))
    settings.cache_clear()
    with connect() as connection:
        marts.of_one(connection)
        connection.execute("""
            insert into marts.customers (customer_id) values ('before'), ('after'); insert into marts.customer_360 (customer_id) values ('before'), ('after');
            insert into marts.customer_redirects values ('before', 'before', null, timestamp '2026-01-01'), ('after', 'after', null, timestamp '2026-01-01');
            insert into marts.customer_channels (customer_id, channel, has_consent, is_processing_forbidden) values
                ('before', 'email', false, true), ('before', 'sms', false, true), ('after', 'email', false, false), ('after', 'sms', false, true)""")
        connection.execute(
            "insert into segments.segment_history select customer_id, 'new_customers', 'entered', $entered from marts.customers", {"entered": entered}
        )
    assert CliRunner().invoke(app, ["campaigns", "tick"]).exit_code == 0
    with connect() as connection:
        connection.execute("update marts.customer_channels set is_processing_forbidden = true")
        reasons = dict(connection.execute("select customer_id, reason from communications.decisions").fetchall())
    assert CliRunner().invoke(app, ["campaigns", "send", "--channel", "webhook"]).exit_code == 0
    with connect() as connection:
        told = {
            one
            for (one,) in connection.execute("select customer_id from communications.outbox semi join communications.attempts using (message_id)").fetchall()
        }
        called_back = connection.execute(
            "select customer_id, reason from communications.outbox inner join communications.cancellations using (message_id)"
        ).fetchall()
    banned = "no_processing_basis" if purpose == "marketing" else "eligible"
    assert reasons == {"c": "eligible", "before": banned, "after": "eligible"}
    assert told == ({"c"} if purpose == "marketing" else {"c", "before", "after"})
    assert called_back == ([("after", "no_processing_basis")] if purpose == "marketing" else [])
