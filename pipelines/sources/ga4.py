"""GA4 BigQuery export: the `events_YYYYMMDD` tables as JSON lines or Parquet.

Google rewrites a day for up to three days; the newest file of a day wins, which staging decides by `_file_name`.
Parquet rows land as the JSON that BigQuery would have written. Lands in `raw_ga4`, one `payload` per event.
"""

from pipelines.sources.preset import Preset, Table

PRESET = Preset(
    name="ga4",
    title="Google Analytics 4 (BigQuery export)",
    kind="analytics",
    where="bq extract of events_YYYYMMDD as newline-delimited JSON or Parquet; keep the table's name as the file's",
    tables=(Table(name="events", description="One row per event and exported file", files=("*events*",), format="json", marks=("event_timestamp",)),),
)
