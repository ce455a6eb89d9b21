"""The live pull against a local HTTP server that answers as HubSpot documents: pages, bearer token, 429 with Retry-After."""

import csv
import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlparse

import pytest
import requests

from pipelines.sources.hubspot_api import contacts, pull_contacts

TOKEN = "pat-example"
PEOPLE = [
    {
        "id": str(1000 + n),
        "properties": {"hs_object_id": str(1000 + n), "firstname": "Ольга", "lastname": f"Тестова {n}", "email": f"olga{n}@example.com", "phone": None},
        "createdAt": "2025-01-02T03:04:05.678Z",
        "updatedAt": "2025-02-03T04:05:06.789Z",
        "archived": False,
    }
    for n in range(250)
]


class HubSpot(BaseHTTPRequestHandler):
    """`GET /crm/v3/objects/contacts` with cursor paging; every third request is over the rate limit."""

    requests_seen: ClassVar[list[dict]] = []

    def do_GET(self):
        url = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        self.requests_seen.append(query)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, {"status": "error", "category": "INVALID_AUTHENTICATION", "message": "Authentication credentials not found"})
        if len(self.requests_seen) % 3 == 2:
            return self.answer(429, {"status": "error", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}, {"Retry-After": "1"})
        assert url.path == "/crm/v3/objects/contacts"
        start, limit = int(query.get("after", 0)), int(query["limit"])
        body = {"results": PEOPLE[start : start + limit]}
        if start + limit < len(PEOPLE):
            body["paging"] = {"next": {"after": str(start + limit), "link": f"{self.path}&after={start + limit}"}}
        return self.answer(200, body)

    def answer(self, status: int, body: dict, headers: dict | None = None) -> None:
        self.send_response(status)
        for key, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args) -> None:
        """Quiet: the addresses in the log help nobody."""


@pytest.fixture
def hubspot():
    HubSpot.requests_seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), HubSpot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_every_page_is_fetched_once_and_a_rate_limit_is_waited_out(hubspot, tmp_path):
    assert pull_contacts(str(tmp_path), TOKEN, datetime(2026, 1, 1), hubspot) == 250
    with open(tmp_path / "hubspot/api/contacts_20260101.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["hs_object_id"] for row in rows] == [person["id"] for person in PEOPLE]
    assert rows[0]["firstname"] == "Ольга" and rows[0]["createdate"] == "2025-01-02T03:04:05.678Z"
    assert "hs_email_optout" in HubSpot.requests_seen[0]["properties"]
    assert len(HubSpot.requests_seen) > 3  # three pages and the refused requests


def test_pulling_again_without_changes_writes_the_same_bytes(hubspot, tmp_path):
    pull_contacts(str(tmp_path / "a"), TOKEN, datetime(2026, 1, 1), hubspot)
    pull_contacts(str(tmp_path / "b"), TOKEN, datetime(2026, 1, 1), hubspot)
    assert (tmp_path / "a/hubspot/api/contacts_20260101.csv").read_bytes() == (tmp_path / "b/hubspot/api/contacts_20260101.csv").read_bytes()


def test_a_refused_token_fails_at_once_and_leaves_no_export(hubspot, tmp_path):
    with pytest.raises(Exception) as failure:
        pull_contacts(str(tmp_path), "wrong", datetime(2026, 1, 1), hubspot)
    assert "401" in str(failure.value) or isinstance(failure.value.__cause__, requests.HTTPError)
    assert "wrong" not in str(failure.value)
    assert list((tmp_path / "hubspot/api").glob("*.csv")) == []


def test_contacts_are_given_as_the_api_gives_them(hubspot):
    assert next(contacts(TOKEN, hubspot)) == PEOPLE[0]
