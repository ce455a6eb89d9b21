"""The sending process is killed at random moments while a real server, in another process, writes down what it accepts.

`SVOD_TEST_KILLS` and `SVOD_TEST_MESSAGES` make it larger than the default, which is for CI.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from outbox import fill, outcomes, taken, told

from pipelines.sending.claim import batches

KILLS, MESSAGES = int(os.environ.get("SVOD_TEST_KILLS", 3)), int(os.environ.get("SVOD_TEST_MESSAGES", 200))
SENDER = [sys.executable, Path(__file__).with_name("sender.py")]


def start(root: Path) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.Popen(SENDER, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("purpose", ["marketing", "transactional"])
def test_kills_lose_nothing_and_repeat_no_marketing(email, recorder, purpose):
    port, file = recorder
    ids = set(fill(MESSAGES, purpose=purpose))
    email(port=port, rate=400, _batch=min(1000, max(20, MESSAGES // 3)), _backoff=0, _attempts=50)
    draw, root, kills = random.Random(MESSAGES), Path(__file__).parents[3], 0
    while kills < KILLS:
        sender = start(root)
        said = sender.stdout.readline()
        if said != ".\n":
            assert sender.wait() == 0, said + sender.stdout.read()
            break
        time.sleep(draw.uniform(0, 0.9 * MESSAGES / KILLS / 400))
        sender.send_signal(signal.SIGKILL)
        sender.communicate()
        kills += 1
    last = start(root)
    assert "Counter" in last.communicate()[0]
    assert last.returncode == 0
    found = taken(file)
    known = told("""
        select message_id, arg_max(outcome, attempt), count(*) filter (outcome = 'unknown') from communications.attempts group by all
    """)
    accepted, unknown = {row[0] for row in known if row[1] == "accepted"}, {row[0] for row in known if row[1] == "unknown"}
    print(f"{purpose}: {kills} kills, {len(ids)} messages, {sum(found.values()) - len(found)} repeated, {len(ids - set(found))} not with the server, "
          f"{sum(row[2] for row in known)} doubtful attempts, {len(unknown)} messages unknown, {len(unknown & set(found))} of them with the server")  # fmt: skip
    assert kills == KILLS
    assert accepted | unknown == ids  # none lost unseen
    assert accepted <= set(found)
    assert ids - set(found) <= unknown
    assert list(batches().iterdir()) == []
    if purpose == "marketing":
        assert max(found.values()) == 1
        assert set(outcomes()) <= {"accepted", "unknown"}
    else:
        assert set(found) == ids
        assert all(count - 1 <= doubtful for message_id, _, doubtful in known for count in [found[message_id]])


def test_sigterm_finishes_what_is_under_way_and_leaves_nothing_in_doubt(email, recorder):
    port, file = recorder
    ids = set(fill(150))
    email(port=port, rate=200)
    root = Path(__file__).parents[3]
    sender = start(root)
    assert sender.stdout.readline() == ".\n"
    sender.send_signal(signal.SIGTERM)
    assert "Counter" in sender.communicate(timeout=30)[0]
    assert sender.returncode == 0
    begun = len(taken(file))
    assert 0 < begun < len(ids)
    assert outcomes() == {"accepted": begun}
    assert "Counter" in start(root).communicate(timeout=60)[0]
    assert set(taken(file)) == ids
    assert max(taken(file).values()) == 1
    assert outcomes() == {"accepted": len(ids)}


def test_two_processes_started_at_the_same_second_share_the_work(email, recorder):
    port, file = recorder
    ids = set(fill(160))
    email(port=port, _batch=20)
    root = Path(__file__).parents[3]
    both = [start(root), start(root)]
    assert all("Counter" in sender.communicate(timeout=60)[0] for sender in both)
    assert [sender.returncode for sender in both] == [0, 0]
    assert set(taken(file)) == ids
    assert max(taken(file).values()) == 1
