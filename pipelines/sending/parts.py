"""What the sender takes from the rest of Svod, put together: rendering, links and tokens, the check of consent, the channels.

Everything here is imported when a run begins, so that the sender itself can be used and tested without it.
"""

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from duckdb import DuckDBPyConnection

from pipelines.sending.channel import Channel, Content
from pipelines.sending.channels.settings import ChannelSettings
from pipelines.sending.run import Parts
from pipelines.sending.settings import Email
from pipelines.settings import settings

OTHERS = ("sms", "messenger", "web_push", "webhook")

# Said since the last run, and known to the collector only: it holds for every planned message to the same address.
STOPPED = """
insert into communications.cancellations by name
select message_id, $now::timestamp as cancelled_at, 'no_basis' as reason, $now::timestamp as tick_at
from (select unnest($stopped::varchar[]) as message_id) as stopped
where
    message_id not in (select message_id from communications.cancellations)
    and message_id not in (select message_id from communications.attempts where mode = 'live' and outcome <> 'deferred')
"""


@contextmanager
def parts() -> Iterator[Parts]:
    """Everything for one run; rendering has processes of its own, which end with it."""
    from pipelines.campaigns.reading import read
    from pipelines.messages.render import renderer
    from pipelines.responses.sent import write_sent
    from pipelines.responses.tokens import sign

    campaigns = read()
    with renderer(campaigns.folder, campaigns.policy, track=tracked) as render:
        lock = threading.Lock()  # a worker answers one question at a time; channels render beside each other

        def rendered(rows: list[dict]) -> list:
            if rows[0]["channel"] == "webhook":
                return [told(row) for row in rows]
            with lock:
                contents = render(rows)
            return [with_pixel(content, row) if isinstance(content, Content) else content for row, content in zip(rows, contents, strict=True)]

        yield Parts(
            render=rendered, links=links, token=sign, withdrawn=withdrawn, channels={"email": email} | dict.fromkeys(OTHERS, other), brought_in=write_sent
        )


def told(row: dict) -> Content:
    """What a webhook says: the columns of the customer that the step names, and the pseudonym, which is the same in every message of a customer."""
    customer = row["customer"] or {}
    return Content(data={member: customer.get(column) for member, column in (row["payload"] or {}).items()} | {"customer": row["pseudonym"]})


def links(row: dict) -> dict[str, str | None]:
    """The addresses that a message carries; a webhook has none. A dry run does without a collector: nobody will follow them."""
    from pipelines.responses.links import preferences_url, unsubscribe_url

    if row["channel"] == "webhook":
        return dict.fromkeys(("unsubscribe_url", "preferences_url", "view_url"))
    if not settings().collector.url and row["mode"] == "dry_run":
        return dict.fromkeys(("unsubscribe_url", "preferences_url", "view_url"), "https://example.com/")
    one, channel = row["message_id"], row["channel"]
    return {
        "unsubscribe_url": unsubscribe_url(one, scope=f"{row['purpose']}/{channel}"),
        "preferences_url": preferences_url(one, channel=channel),
        "view_url": "",
    }


def tracked(url: str, row: dict) -> str:
    """The link as its clicks are counted. An SMS keeps the short one: a signed link would be a message of its own."""
    from pipelines.responses.links import click_url

    return click_url(row["message_id"], url) if settings().collector.url and row["channel"] != "sms" else url


def with_pixel(content: Content, row: dict) -> Content:
    """An e-mail that tells when it was opened, at its end, so that it holds nothing up."""
    from pipelines.responses.links import open_url

    if row["channel"] != "email" or not content.html or not settings().collector.url:
        return content
    pixel = f'<img src="{html.escape(open_url(row["message_id"]))}" width="1" height="1" alt="" style="display:block">'
    before, end, after = content.html.rpartition("</body>")
    return replace(content, html=f"{before}{pixel}{end}{after}" if end else content.html + pixel)


def withdrawn(connection: DuckDBPyConnection, now: datetime, among: str | None) -> None:
    """Cancels what was planned and may no longer go out: consent, suppression and exits as the warehouse has them, and what the collector heard since."""
    from pipelines.campaigns.engine import recheck
    from pipelines.responses.stops import stopped_messages

    if not connection.execute("select count(*) from communications.outbox where not is_phantom").fetchone()[0]:
        return  # before the first evaluation there may be no marts to ask
    recheck.withdrawn(connection, now, among=among)
    stopped = stopped_messages(connection)
    connection.execute(STOPPED, {"now": now, "stopped": stopped})
    connection.execute("insert into not_now select unnest($stopped::varchar[])", {"stopped": stopped})  # in doubt, they are not offered again


def email(pace: Email, given: Parts) -> Channel:
    from pipelines.sending.channels.smtp import Smtp

    return Smtp(pace, given.token)


def other(pace: ChannelSettings, _: Parts) -> Channel:
    """A channel that its settings make; what comes back by its connection is heard as the collector hears."""
    from pipelines.responses.segments import Segments, heard_now
    from pipelines.sending.channels.catalog import channel

    segments = Segments()
    return channel(pace, lambda line: segments.append([heard_now(line)]))
