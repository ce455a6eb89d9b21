"""Segment-shaped events (`identify`, `track`, `page`, `screen`, `group`, `alias`) as JSON lines: the general door.

Anything that can write this shape can feed Svod. Lands in `raw_segment`, one `payload` per message.
"""

from pipelines.sources.preset import Preset, Table

PRESET = Preset(
    name="segment",
    title="Segment-shaped events",
    kind="analytics",
    where="any tool that writes the Segment spec as JSON lines (Segment, RudderStack, Jitsu, your own code)",
    tables=(Table(name="events", description="One row per message", format="json"),),
)
