"""An inbox elsewhere: in an object store that speaks S3 and on an SFTP server, both running here and spoken to over the network."""

import json
import logging
import os
import socket
from datetime import UTC, datetime
from urllib.request import Request, urlopen

import boto3
import pytest
from inbox_files import orders, query
from moto.server import ThreadedMotoServer
from sftp_server import PASSWORD, USER, Server

from pipelines.settings import settings
from pipelines.sources.landing import check, land

RUN_AT = datetime(2026, 1, 1, tzinfo=UTC)
EXPORTS = {"2025-01-02/a.csv": 7, "b.csv": 3, "c.csv": 2}
ALL_LOADED = [(name, "loaded", rows) for name, rows in sorted(EXPORTS.items())]


def use_inbox(monkeypatch, address: str, **options) -> None:
    monkeypatch.setenv("SVOD_INBOX", address)
    monkeypatch.setenv("SVOD_INBOX_OPTIONS", json.dumps(options))
    settings.cache_clear()


def outcome(report) -> list[tuple]:
    return sorted((file.file_name, file.status, file.rows_loaded) for file in report.files)


@pytest.fixture
def bucket(data, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{port}"
    urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()  # its buckets outlive the server
    client = boto3.client("s3", endpoint_url=address, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    client.create_bucket(Bucket="exports")
    use_inbox(monkeypatch, "s3://exports/inbox", endpoint_url=address, key="test", secret="test")
    yield client
    server.stop()


def upload(bucket, name: str, text: str) -> None:
    bucket.put_object(Bucket="exports", Key=f"inbox/orders/{name}", Body=text.encode())


def downloads(caplog) -> list[str]:
    """Requests for an object's content that the server has answered since the last call."""
    lines = [record.getMessage() for record in caplog.records if record.name == "werkzeug"]
    caplog.clear()
    return [line for line in lines if "GET /exports/inbox/" in line]


def test_files_of_a_bucket_land_once_and_only_a_changed_one_is_fetched_again(data, bucket, caplog):
    caplog.set_level(logging.INFO, "werkzeug")
    for name, rows in EXPORTS.items():
        upload(bucket, name, orders(rows, name[-5].upper()))
    assert outcome(land(RUN_AT)) == ALL_LOADED
    assert query("select count(*) from raw_orders.order_lines") == [(12,)]
    assert query("select min(_exported_at) from raw_orders.order_lines where _file_name like '2025%'") == [(datetime(2025, 1, 2),)]
    assert downloads(caplog), "the search itself must be able to find a download"
    assert not land(RUN_AT).files
    assert downloads(caplog) == []
    upload(bucket, "b.csv", orders(5, "N"))
    assert outcome(land(RUN_AT)) == [("b.csv", "loaded", 5)]
    assert all("b.csv" in line for line in downloads(caplog))
    assert not (data / "landing").exists(), "no copy of the files stays on this machine"


def test_a_bad_object_is_refused_and_the_check_says_so_beforehand(data, bucket):
    upload(bucket, "good.csv", orders(4))
    upload(bucket, "empty.csv", "")
    assert sorted((report.file_name, report.status, report.rows_loaded) for report in check()) == [("empty.csv", "refused", 0), ("good.csv", "ready", 4)]
    assert outcome(land(RUN_AT)) == [("empty.csv", "refused", 0), ("good.csv", "loaded", 4)]
    assert sorted(report.status for report in check()) == ["duplicate", "refused"]


@pytest.fixture
def partner(data, tmp_path_factory, monkeypatch):
    server = Server(tmp_path_factory.mktemp("partner"))
    use_inbox(monkeypatch, f"sftp://127.0.0.1:{server.port}/inbox", username=USER, password=PASSWORD, look_for_keys=False, allow_agent=False)
    yield server
    server.close()


def test_files_of_an_sftp_server_land_once_and_only_a_changed_one_is_fetched_again(data, partner):
    folder = partner.root / "inbox" / "orders"
    for name, rows in EXPORTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(orders(rows, name[-5].upper()))
    assert outcome(land(RUN_AT)) == ALL_LOADED
    assert partner.opened
    partner.opened.clear()
    assert not land(RUN_AT).files
    assert partner.opened == []
    (folder / "b.csv").write_text(orders(5, "N"))
    os.utime(folder / "b.csv", (1_800_000_000, 1_800_000_000))
    assert outcome(land(RUN_AT)) == [("b.csv", "loaded", 5)]
    assert set(partner.opened) == {"/inbox/orders/b.csv"}
    assert query("select count(*) from raw_orders.order_lines") == [(17,)]
