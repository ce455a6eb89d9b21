"""An audience to a receiver of one's own over HTTP, by dlt's custom destination.

dlt repeats a whole batch when its answer got lost, so this is for receivers that may be told the same twice: sets to add and to take away
are. Messages are not sent this way. Each batch carries a key of what it holds, by which a receiver may skip a repetition.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection

from pipelines.audiences.settings import Endpoint
from pipelines.audiences.target import File, Target
from pipelines.redaction import Told

CONTACTS = File("contacts", {"email_sha256": "sha256(ad_email(email))", "phone_sha256": "sha256(ad_phone(phone))"}, (("email_sha256",), ("phone_sha256",)))
ENDPOINT = Target(
    "endpoint", (CONTACTS,), least_rows=1, most_rows=10**9, most_bytes=10**12,
    how=("Sent to the endpoint of the settings", "Отправлено на адрес из настроек"),
)  # fmt: skip


def uploader(endpoint: Endpoint, audience: str):
    """What hands changes over to the endpoint: removals first, and nothing of it stays on this machine."""

    def hand_over(connection: DuckDBPyConnection, target: Target, file: File, draft: Path, full: bool) -> None:
        steps = [("replace", "to_add")] if full else [("remove", "to_remove"), ("add", "to_add")]
        for action, table in steps:
            if connection.execute(f"select count(*) from {table}").fetchall()[0][0]:
                _load(connection, endpoint, audience, action, table, draft / "dlt")

    return hand_over


def _load(connection: DuckDBPyConnection, endpoint: Endpoint, audience: str, action: str, table: str, work: Path) -> None:
    import dlt

    from pipelines.sources.inbox import clear

    def rows() -> Iterator[pa.Table]:
        reader = connection.sql(f"select * from {table} order by all").to_arrow_reader(endpoint.batch)
        yield from (pa.Table.from_batches([batch]) for batch in reader)

    destination = dlt.destination(batch_size=endpoint.batch, loader_file_format="parquet", name="audience_endpoint")(_poster(endpoint, audience, action))
    pipeline = dlt.pipeline(f"audience_{audience}", pipelines_dir=str(work), destination=destination())
    log = logging.getLogger("dlt")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what went wrong is told once, and without a traceback
    try:
        pipeline.run(dlt.resource(rows, name="members"))
    except Exception as error:
        raise Told(
            f"The audience {audience} did not reach its endpoint ({_why(error)}). What it has is not known: the next run tells it all of this again"
        ) from None
    finally:
        log.setLevel(level)
        clear(work)


def _poster(endpoint: Endpoint, audience: str, action: str):
    import requests
    from dlt.common.destination.exceptions import DestinationTerminalException, DestinationTransientException

    def post(items: pa.Table, table: dict) -> None:
        """One batch. What may pass is tried again by dlt, which repeats it whole."""
        members = [{name: value for name, value in row.items() if value is not None} for row in items.to_pylist()]
        body = json.dumps({"audience": audience, "action": action, "members": members}, sort_keys=True, default=date.isoformat).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": hashlib.sha256(body).hexdigest()}
        if token := endpoint.token.get_secret_value():
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = requests.post(str(endpoint.url), data=body, headers=headers, timeout=endpoint.timeout, allow_redirects=False)
        except requests.RequestException as error:
            raise DestinationTransientException(type(error).__name__) from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise DestinationTransientException(f"http {answer.status_code}")
        if not 200 <= answer.status_code < 300:
            raise DestinationTerminalException(f"http {answer.status_code}")

    return post


def _why(error: BaseException) -> str:
    """The innermost reason that dlt gives: ours, which quotes nobody."""
    from dlt.common.destination.exceptions import DestinationException

    from pipelines.redaction import plain

    while cause := error.__cause__ or error.__context__:
        error = cause
    return str(error) if isinstance(error, DestinationException) else plain(error)
