"""Files that answers are appended to: kept when confirmed, whoever is killed and whatever the disk says; and their way into the inbox."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from listening import heard

from pipelines.responses import links
from pipelines.responses.delivery import deliver
from pipelines.responses.segments import Segments, folder, is_finished
from pipelines.settings import settings

MESSAGE = "0123456789abcdef0123456789abcdef"


def delivered(source: str = "responses") -> list[dict]:
    return [json.loads(line) for path in (settings().data / "inbox" / source).glob("*.jsonl") for line in path.read_text().splitlines()]


def test_a_file_is_taken_when_its_writer_is_done_with_it_and_not_before(data):
    writer = Segments(longest=0.2)
    writer.append([{"event_id": "1", "nothing": None}])
    (path,) = folder().glob("*.jsonl")
    assert not is_finished(path) and oct(path.stat().st_mode)[-3:] == "600"
    assert deliver() == 0
    time.sleep(0.3)
    writer.append([{"event_id": "2"}])  # the one that is old enough ends with this line
    writer.append([{"event_id": "3"}])
    assert deliver() == 1
    assert delivered() == [{"event_id": "1"}, {"event_id": "2"}]
    writer.close()
    assert deliver() == 1
    assert sorted(line["event_id"] for line in delivered()) == ["1", "2", "3"]
    assert deliver() == 0 and list(folder().iterdir()) == []


def test_many_small_files_become_one_and_bodies_of_providers_go_to_their_source(data):
    for number in range(5):
        writer = Segments()
        writer.append([{"event_id": str(number)}])
        writer.close()
    bodies = Segments("sendgrid")
    bodies.append_raw(b'[{"event":"open"}]\n')
    bodies.close()
    deliver()
    assert len(list((data / "inbox/responses").iterdir())) == 1 and len(delivered()) == 5
    (path,) = (data / "inbox/esp").iterdir()
    assert path.name.startswith("sendgrid_") and path.read_text() == '[{"event":"open"}]\n'


def test_a_delivery_that_was_killed_brings_the_same_file_again(data, monkeypatch):
    writer = Segments()
    writer.append([{"event_id": "1"}])
    writer.close()
    with monkeypatch.context() as broken:
        broken.setattr("pathlib.Path.unlink", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            deliver()
    deliver()
    assert delivered() == [{"event_id": "1"}]


def test_a_line_that_was_torn_harms_no_other(data):
    folder().mkdir()
    (folder() / "responses_a.jsonl").write_bytes(b'{"event_id":"1"}\n{"event_id":"2')
    (folder() / "responses_b.jsonl").write_bytes(b'{"event_id":"3"}\n')
    deliver()
    (path,) = (data / "inbox/responses").iterdir()
    assert path.read_text().splitlines() == ['{"event_id":"1"}', '{"event_id":"2', '{"event_id":"3"}']


def test_where_the_disk_is_full_nothing_half_written_stays(data):
    writer = Segments()
    writer.append([{"event_id": "1"}])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, hard))  # the kernel takes the beginning of the next line and no more
        with pytest.raises(OSError):
            writer.append([{"event_id": "2" * 100}])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    writer.append([{"event_id": "3"}])
    assert [line["event_id"] for line in heard()] == ["1", "3"]


def test_a_forked_child_keeps_no_file_from_being_finished(data):
    writer = Segments()
    writer.append([{"event_id": "1"}])
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.write(writes, b".")
        time.sleep(10)
        os._exit(0)
    os.read(reads, 1)
    os.close(writer._file)  # as if this process were dead
    writer._file = None
    (path,) = folder().glob("*.jsonl")
    assert is_finished(path)
    os.kill(child, 9)
    os.waitpid(child, 0)


def test_what_was_confirmed_is_kept_by_collectors_that_are_killed_at_any_moment(running):
    """Twenty collectors of two processes each, killed with SIGKILL while many people answer."""
    confirmed: set[str] = set()
    for number in range(20):
        one, stop = running(workers=2), threading.Event()

        def answer(who: int, number: int = number, one=one, stop=stop) -> None:
            for turn in range(1000):
                if stop.is_set():
                    return
                message = f"{number:04x}{who:04x}{turn:024x}"
                try:
                    done = one.http.post(one.at(links.unsubscribe_url(message, scope="marketing/email")), data={"List-Unsubscribe": "One-Click"})
                except OSError:
                    return
                except Exception as error:
                    assert type(error).__module__.startswith("httpx"), error
                    return
                if done.status_code == 200:
                    confirmed.add(message)

        with ThreadPoolExecutor(8) as pool:
            tasks = [pool.submit(answer, who) for who in range(8)]
            time.sleep(0.2 + 0.05 * number)
            one.kill()
            stop.set()
            [task.result() for task in tasks]
    deadline = time.monotonic() + 30
    while list(folder().glob("*.jsonl")) and time.monotonic() < deadline:
        deliver()  # workers of a busy machine take a moment to die, and hold their files until then
        time.sleep(0.05)
    lines = delivered()
    assert len(confirmed) > 500
    assert confirmed <= {line["message_id"] for line in lines}
    assert len(lines) == len({line["event_id"] for line in lines})
    assert list(folder().iterdir()) == [], "what dead processes left is finished"


def test_a_writer_that_is_killed_between_lines_leaves_whole_lines(data):
    code = "from pipelines.responses.segments import Segments\nwriter = Segments()\nfor n in range(10**6): writer.append([{'event_id': str(n), 'text': 'x' * 3000}]); print(n, flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        told = [process.stdout.readline() for _ in range(50)]
        process.kill()
    assert len(heard()) >= len(told) and all(line["text"] == "x" * 3000 for line in heard())
