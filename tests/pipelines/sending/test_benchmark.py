"""What `make bench-communications` measures is what the sender does."""

import email
import subprocess
import sys

from servers import Misbehaving

from benchmarks.communications import send as benchmark
from pipelines.settings import PROJECT, settings


def test_the_measured_messages_are_rendered_and_their_links_counted_as_in_earnest(data, monkeypatch):
    for name, value in {"SVOD_CAMPAIGNS": str(data / "campaigns"), **benchmark.COLLECTOR}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    (data / "communications").mkdir()
    with Misbehaving().serving() as server:
        benchmark.ours("127.0.0.1", server.port, benchmark.customers(3))
    assert len(server.mails) == 3
    text, html = (part.get_payload(decode=True).decode() for part in email.message_from_bytes(server.mails[0]).get_payload())
    assert text.startswith("Здравствуйте, Мария ")
    assert 'href="https://answers.example.com/' in html and '<img src="https://answers.example.com/' in html
    assert 11_000 < len(server.mails[0]) < 13_000


def test_the_measured_tick_decides_for_every_reason_and_its_messages_are_claimed():
    command = [sys.executable, "-m", "benchmarks.communications.decide", "--messages", "20000"]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0].startswith("20,000 decisions, 12,")
    assert {line.strip().partition(":")[0] for line in said[1:] if line.startswith("  ")} >= {"eligible", "no_basis", "local_holdout", "duplicate_address"}
    assert [line.partition(",")[0] for line in said if "claim" in line or "further" in line] == ["the first claim", *["a further one"] * 4]
