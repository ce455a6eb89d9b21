"""An audience to an HTTP receiver by dlt's custom destination: batches told twice, lost answers and refusals."""

import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from crowd import Crowd

from pipelines.audiences.endpoint import ENDPOINT, uploader
from pipelines.audiences.people import gather
from pipelines.audiences.settings import Endpoint
from pipelines.audiences.sync import sync_audience
from pipelines.redaction import Told
from pipelines.warehouse import connect


class Receiver(ThreadingHTTPServer):
    """Keeps the set that it is told of. `trouble` gives, per request, a status instead of 200, or "lost" to take it and hang up without an answer."""

    def __init__(self, trouble=lambda number: 200) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.trouble, self.members, self.requests, self.keys = trouble, set(), [], []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server: Receiver = self.server
        server.requests.append((told["action"], len(told["members"]), self.headers["Authorization"]))
        server.keys.append(self.headers["Idempotency-Key"])
        trouble = server.trouble(len(server.requests))
        if trouble in (200, "lost"):
            found = {value for member in told["members"] for value in member.values()}
            server.members = server.members - found if told["action"] == "remove" else server.members | found
        if trouble == "lost":
            self.connection.close()
            return
        self.send_response(trouble)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def crowd(data) -> Crowd:
    made = Crowd(data)
    made.people(*((f"c{number}", f"p{number}@example.com", f"+7900000{number:04d}", {}) for number in range(25)))
    return made


def synced(receiver: Receiver):
    endpoint = Endpoint(url=f"http://127.0.0.1:{receiver.server_port}/audiences", token="s3cret", batch=10)
    with connect(read_only=True) as connection:
        gather(connection, "vips")
        return sync_audience(connection, ENDPOINT, "vips", datetime(2026, 1, 1), hand_over=uploader(endpoint, "vips"))


def test_changes_arrive_in_batches_and_repeated_batches_do_no_harm(crowd, data):
    receiver = Receiver(lambda number: {2: "lost", 4: 503}.get(number, 200))
    assert synced(receiver).added == 25
    assert len(receiver.members) == 50 and {request[0] for request in receiver.requests} == {"add"}
    assert max(request[1] for request in receiver.requests) == 10 and {request[2] for request in receiver.requests} == {"Bearer s3cret"}
    assert len(receiver.requests) > 3 and len(set(receiver.keys)) == 3, "what is told again has the key that it had"
    told = len(receiver.requests)
    assert synced(receiver).folder is None and len(receiver.requests) == told, "nothing new, nothing told"
    crowd.run("delete from segments.segment_members where customer_id = 'c7'")
    synced(receiver)
    assert len(receiver.members) == 48 and receiver.requests[-1][:2] == ("remove", 1)
    assert not list((data / "communications").rglob("dlt")), "dlt's copies are gone"


def test_what_was_refused_is_told_again_by_the_next_sync(crowd):
    broken = Receiver(lambda number: 400 if number == 2 else 200)
    with pytest.raises(Told, match="http 400") as refusal:
        synced(broken)
    assert "example.com" not in str(refusal.value) and "s3cret" not in str(refusal.value)
    receiver = Receiver()
    assert synced(receiver).added == 25 and len(receiver.members) == 50
