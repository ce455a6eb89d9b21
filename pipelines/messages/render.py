"""Messages for people, many at once: `with renderer(campaigns, policy) as render: render(rows)`.

Each row is a message: `scenario, step, template, channel, locale, customer` (the columns of customer_360), `event` (what began the pass, or
None), `unsubscribe_url, preferences_url, view_url`. The answer stands in the same place: what to send, or why nothing is sent. Templates run
in processes of their own (`worker`); one that must be stopped costs the person it was stopped at, and nobody else.
"""

import html
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from pipelines.campaigns.schema import Policy
from pipelines.messages.folder import Parts, TemplateError, chain, parts, template_folder
from pipelines.messages.plain_text import tidy
from pipelines.messages.sandbox import EVENT
from pipelines.messages.workers import Worker
from pipelines.sending.channel import Content

CHUNK = 64
POISONED = 3  # messages in a row that had to be stopped; the rest of the template is not tried any more
LINK = re.compile("\ue000(\\d+)\ue001")
BUTTON = re.compile(r"^\[([^\]\n]+)\]\((https?://[^\s)]+)\)$", re.MULTILINE)

Track = Callable[[str, dict], str]


@dataclass(frozen=True)
class Held:
    """Nobody gets this. `detail` names the file, line and tag, or the author's reason; it holds nothing of the person."""

    reason: str  # render_error or skipped
    detail: str


@contextmanager
def renderer(
    campaigns: Path, policy: Policy, *, track: Track = lambda url, row: url, processes: int = 1
) -> Iterator[Callable[[list[dict]], list[Content | Held]]]:
    """Gives `render(rows)`. `track` makes of a link and its row the link that is counted; it runs here, so that no worker knows its key."""
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker()) for _ in range(processes)]
        yield partial(_render, campaigns, policy, track, workers, Counter(), {})


def _render(campaigns: Path, policy: Policy, track: Track, workers: list[Worker], stopped: Counter, known: dict, rows: list[dict]) -> list[Content | Held]:
    found: list[Content | Held | None] = [None] * len(rows)
    places = defaultdict(list)
    for place, row in enumerate(rows):
        places[row["scenario"], row["template"], row["channel"], row["locale"]].append(place)
    chunks: SimpleQueue = SimpleQueue()
    for key, group in places.items():
        if key not in known:  # read once, so that nobody gets half of a change
            known[key] = _parts(campaigns, policy, *key)
        for start in range(0, len(group), CHUNK):
            chunks.put((key[:3], known[key], group[start : start + CHUNK]))

    def work(worker: Worker) -> None:
        while not chunks.empty():
            try:
                key, message, group = chunks.get_nowait()
            except Exception:  # another thread took the last one
                return
            if isinstance(message, Held):
                answers = iter([message] * len(group))
            else:
                answers = _answers(worker, message, policy.time_zone, [rows[place] for place in group], stopped, key, track)
            for place, answer in zip(group, answers, strict=True):
                found[place] = answer

    with ThreadPoolExecutor(len(workers)) as threads:
        list(threads.map(work, workers))
    return found


def _parts(campaigns: Path, policy: Policy, scenario: str, template: str, channel: str, language: str | None) -> Parts | Held:
    try:
        return parts(template_folder(campaigns, scenario, template), channel, chain(language, policy.locales))
    except TemplateError as error:
        return Held("render_error", str(error))


def _answers(worker: Worker, message: Parts, time_zone: str, rows: list[dict], stopped: Counter, key: tuple, track: Track) -> Iterator[Content | Held]:
    chunk = {"channel": message.channel, "locale": message.locale, "time_zone": time_zone, "sources": message.sources}
    done = 0
    while done < len(rows):
        if stopped[key] >= POISONED:
            yield from [Held("render_error", f"not tried: {POISONED} messages of this template in a row had to be stopped")] * (len(rows) - done)
            return
        for kind, *told in worker.ask(chunk | {"people": [_person(row, message.locale) for row in rows[done:]]}):
            stopped[key] = stopped[key] + 1 if kind == "limit" else 0
            yield (
                _content(message.channel, *told, partial(track, row=rows[done]))
                if kind == "written"
                else Held("skipped" if kind == "skipped" else "render_error", *told)
            )
            done += 1
            if stopped[key] >= POISONED:
                worker.end()  # what it is still at is not waited for
                break


def _person(row: dict, locale: str) -> dict:
    shared = ("scenario", "step", "unsubscribe_url", "preferences_url", "view_url")
    event = row["event"] or {}
    properties = event.get("properties") or {}
    event = {**dict.fromkeys(EVENT), **event, "properties": json.loads(properties) if isinstance(properties, str) else properties}
    return {**{name: row[name] for name in shared}, "locale": locale, "c": row["customer"], "e": event}


def _content(channel: str, written: dict[str, str], links: list[str], track: Callable[[str], str]) -> Content:
    tracked = [track(link) for link in links]

    def linked(part: str, escape: Callable[[str], str] = str) -> str | None:
        return LINK.sub(lambda found: escape(tracked[int(found[1])]) if int(found[1]) < len(tracked) else "", written[part]) if part in written else None

    if channel == "web_push":
        data = {name: linked(name) for name in written if name not in ("title", "body", "url", "text")}
        return Content(subject=linked("title"), text=linked("body"), url=linked("url"), data=data)
    text = linked("text")
    if channel == "messenger" and (button := BUTTON.search(text)):
        return Content(text=tidy(BUTTON.sub("", text, count=1)), url=button[2], data={"button": button[1]})
    return Content(subject=linked("subject"), preheader=linked("preheader"), html=linked("html", html.escape), text=text)
