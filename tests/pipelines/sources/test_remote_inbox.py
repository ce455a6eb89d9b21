"""An inbox in an object store, against a local server that speaks S3."""

import json
import socket
from datetime import UTC, datetime

import boto3
import pytest
from inbox_files import orders, query
from moto.server import ThreadedMotoServer

from pipelines.settings import settings
from pipelines.sources.landing import land

RUN_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def bucket(data, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    address = {"endpoint_url": f"http://127.0.0.1:{port}", "aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    client = boto3.client("s3", **address)
    client.create_bucket(Bucket="exports")
    monkeypatch.setenv("SVOD_INBOX", "s3://exports/inbox")
    monkeypatch.setenv("SVOD_INBOX_OPTIONS", json.dumps({"endpoint_url": address["endpoint_url"], "key": "test", "secret": "test"}))
    settings.cache_clear()
    yield client
    server.stop()


def test_files_of_a_bucket_land_once_and_leave_no_copy_behind(data, bucket):
    bucket.put_object(Bucket="exports", Key="inbox/orders/2025-01-02/a.csv", Body=orders(7).encode())
    bucket.put_object(Bucket="exports", Key="inbox/orders/empty.csv", Body=b"")
    report = land(RUN_AT)
    assert [(file.file_name, file.status) for file in report.files] == [("2025-01-02/a.csv", "loaded"), ("empty.csv", "refused")]
    assert query("select count(*), min(_exported_at) from raw_orders.order_lines") == [(7, datetime(2025, 1, 2))]
    assert not (data / "landing").exists()
    assert not land(RUN_AT).files
    bucket.put_object(Bucket="exports", Key="inbox/orders/b.csv", Body=orders(2, "B").encode())
    assert land(RUN_AT).rows_loaded == 2
