"""Provider events (SendGrid, UniSender Go): archived webhook bodies, one JSON document per line.

Each line lands whole in `payload`; a body that is a list or an envelope of many events is opened in staging.
Lands in `raw_esp`. Turning providers' words into one vocabulary stays out: `models/staging/esp`.
"""

from pipelines.sources.preset import Preset, Table

PRESET = Preset(
    name="esp",
    title="E-mail provider events",
    kind="email",
    where="archive the bodies of the provider's event webhook, one a line; name the files sendgrid*.jsonl or unisender*.jsonl",
    tables=(
        Table(name="sendgrid_events", description="One row per SendGrid webhook body", files=("*sendgrid*",), format="json"),
        Table(name="unisender_events", description="One row per UniSender Go webhook body", files=("*unisender*",), format="json"),
    ),
)
