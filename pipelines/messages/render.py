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
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from pipelines.campaigns.schema import Policy
from pipelines.messages.folder import Parts, TemplateError, chain, parts, template_folder
from pipelines.messages.plain_text import tidy
from pipelines.messages.sandbox import EVENT
from pipelines.messages.workers import Worker
from pipelines.redaction import Told
from pipelines.sending.channel import Content

CHUNK = 64
POISONED = 3  # messages in a row that had to be stopped; the rest of the template is not tried any more
REASONS = {"skipped": "skipped", "error": "render_error", "limit": "render_error"}
LINK = re.compile("\ue000(\\d+)\ue001")
BUTTON = re.compile(r"^\[([^\]\n]+)\]\((https?://[^\s)]+)\)$", re.MULTILINE)

Track = Callable[[str, dict], str]


@dataclass(frozen=True)
class Held:
    """Nobody gets this. `detail` names the file, line and tag, or the author's reason; it holds nothing of the person."""

    reason: str  # render_error or skipped
    detail: str


@contextmanager
def renderer(campaigns: Path, policy: Policy, *, track: Track = lambda url, row: url, processes: int = 1) -> Iterator["Renderer"]:
    """Gives `render(rows)`. `track` makes of a link and its row the link that is counted; it runs here, so that no worker knows its key."""
    with ExitStack() as stack:
        yield Renderer(campaigns, policy, track, [stack.enter_context(Worker()) for _ in range(processes)])


@dataclass(frozen=True)
class Renderer:
    """Templates are read once, when the first message needs them, so that nobody gets half of a change."""

    campaigns: Path
    policy: Policy
    track: Track
    workers: list[Worker]
    known: dict[tuple, Parts | Held] = field(default_factory=dict)
    stopped: Counter = field(default_factory=Counter)

    def __call__(self, rows: list[dict]) -> list[Content | Held]:
        found: list[Content | Held | None] = [None] * len(rows)
        places = defaultdict(list)
        for place, row in enumerate(rows):
            places[row["scenario"], row["template"], row["channel"], row["locale"]].append(place)
        chunks: SimpleQueue = SimpleQueue()
        for key, group in places.items():
            if key not in self.known:
                self.known[key] = _parts(self.campaigns, self.policy, *key)
            for start in range(0, len(group), CHUNK):
                chunks.put((key, group[start : start + CHUNK]))

        def work(worker: Worker) -> None:
            while True:
                try:
                    key, group = chunks.get_nowait()
                except Empty:
                    return
                for place, answer in zip(group, self._answers(worker, key, [rows[place] for place in group]), strict=True):
                    found[place] = answer

        with ThreadPoolExecutor(len(self.workers)) as threads:
            list(threads.map(work, self.workers))
        return found

    def _answers(self, worker: Worker, key: tuple, rows: list[dict]) -> Iterator[Content | Held]:
        message, template, done = self.known[key], key[:3], 0
        if isinstance(message, Held):
            yield from [message] * len(rows)
            return
        chunk = {"channel": message.channel, "locale": message.locale, "time_zone": self.policy.time_zone, "sources": message.sources}
        while done < len(rows):
            if self.stopped[template] >= POISONED:
                yield from [Held("render_error", f"not tried: {POISONED} messages of this template in a row had to be stopped")] * (len(rows) - done)
                return
            for kind, *told in worker.ask(chunk | {"people": [_person(row, message.locale) for row in rows[done:]]}):
                self.stopped[template] = self.stopped[template] + 1 if kind == "limit" else 0
                written = kind == "written"
                yield _content(message.channel, *told, partial(self.track, row=rows[done])) if written else Held(REASONS[kind], *told)
                done += 1
                if self.stopped[template] >= POISONED:
                    worker.end()  # what it is still at is not waited for
                    break


def _parts(campaigns: Path, policy: Policy, scenario: str, template: str, channel: str, language: str | None) -> Parts | Held:
    try:
        return parts(template_folder(campaigns, scenario, template), channel, chain(language, policy.locales))
    except TemplateError as error:
        return Held("render_error", str(error))


def _person(row: dict, locale: str) -> dict:
    shared = ("scenario", "step", "unsubscribe_url", "preferences_url", "view_url")
    event = row["event"] or {}
    properties = event.get("properties") or {}
    event = {**dict.fromkeys(EVENT), **event, "properties": json.loads(properties) if isinstance(properties, str) else properties}
    return {**{name: row[name] for name in shared}, "locale": locale, "c": row["customer"], "e": event}


def _content(channel: str, written: dict[str, str], links: list[str], track: Callable[[str], str]) -> Content | Held:
    try:
        tracked = [track(link) for link in links]
    except Told:  # a setting is missing, which holds for everybody
        raise
    except Exception as error:  # such as a host that no redirect may lead to
        return Held("render_error", f"a link cannot be tracked: {type(error).__name__}")

    def linked(part: str, escape: Callable[[str], str] = str) -> str | None:
        return LINK.sub(lambda found: escape(tracked[int(found[1])]) if int(found[1]) < len(tracked) else "", written[part]) if part in written else None

    if channel == "web_push":
        data = {name: linked(name) for name in written if name not in ("title", "body", "url", "text")}
        return Content(subject=linked("title"), text=linked("body"), url=linked("url"), data=data)
    text = linked("text")
    if channel == "messenger" and (button := BUTTON.search(text)):
        return Content(text=tidy(BUTTON.sub("", text, count=1)), url=button[2], data={"button": button[1]})
    return Content(subject=linked("subject"), preheader=linked("preheader"), html=linked("html", html.escape), text=text)
