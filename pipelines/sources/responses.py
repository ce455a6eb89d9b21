"""What came back of Svod's own messages: lines of the collector, the sender and the SMS centre, and mails of the bounce mailbox.

Lines are brought into the inbox by `pipelines.responses.delivery`; mails lie there as files, as a maildir or as an mbox. Lands in
`raw_responses`, what was read of a mail as a line of the same members. Which message a line is about stays out: `models/staging/responses`.
"""

from pipelines.sources.preset import Preset, Table

PRESET = Preset(
    name="responses",
    title="Responses to messages",
    kind="email",
    where="the collector and the sender write them; put the bounce mailbox here as .eml files, as a maildir or as an mbox",
    tables=(
        Table(name="lines", description="One row per answer that was heard, and per attempt to send", files=("*.jsonl", "*.json", "*.ndjson"), format="json"),
        Table(name="mails", description="One row per mail that came back", files=("*",), format="mail"),
    ),
)
