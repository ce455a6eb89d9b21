"""Provider events (SendGrid, UniSender Go): archived webhook bodies, one JSON document per line.

Each line lands whole in `payload`; a body that is a list or an envelope of many events is opened in staging.
Lands in `raw_esp`. Turning providers' words into one vocabulary stays out: `models/staging/esp`.
"""

from pipelines.sources.preset import Preset, Table

PRESET = Preset(
    name="esp",
    title="E-mail provider events",
    kind="email",
    where="archive the bodies of the provider's event webhook, one a line",
    tables=(
        Table(
            name="sendgrid_events",
            description="One row per SendGrid webhook body",
            files=("*sendgrid*",),
            format="json",
            marks=("sg_event_id", "sg_message_id"),
        ),
        Table(
            name="unisender_events",
            description="One row per UniSender Go webhook body",
            files=("*unisender*",),
            format="json",
            marks=("events_by_user", "transactional_email_status"),
        ),
    ),
)
