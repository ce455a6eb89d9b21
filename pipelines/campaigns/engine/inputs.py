"""The inputs of the evaluation, as views over the marts: `input_events`, `input_customers` and so on (see `given`).

Ids in the marts are those of the last run, so an event counts as known now, whenever its row was loaded, unless a watermark had passed it.
Consent is looked up as it stood when a message was due, as far as was known by then; address and basis of processing are those of now.
"""

from datetime import datetime

import duckdb
from duckdb import DuckDBPyConnection

from pipelines.campaigns.schema import Policy
from pipelines.redaction import Told

# Where the marts stand (`at`): '' in the warehouse itself, 'warehouse.' where it is attached. These have rows of customers, and may be asked for some of them only.
OF_CUSTOMERS = (
    "marts.customer_timeline",
    "marts.customer_360",
    "marts.customers",
    "marts.customer_channels",
    "marts.consent_history",
    "segments.segment_history",
)
EVENTS = """
select timeline.event_id, timeline.customer_id, timeline.event_name, timeline.occurred_at,
    case when timeline.occurred_at > timestamp '{watermark}' then timestamp '{tick_at}' else coalesce(files.landed_at, timestamp '1900-01-01') end as loaded_at,
    timeline.source, timeline.channel, timeline.campaign, events.message_id, events.url, timeline.amount, timeline.currency, timeline.properties,
    reactions.machine_rule is not null as is_machine
from {customer_timeline} as timeline
left join {at}intermediate.int_events as events on timeline.event_id = events.event_id
left join {at}landing.files as files on events._file_id = files.file_id
left join {at}intermediate.int_reactions as reactions on timeline.event_id = reactions.event_id
"""
CUSTOMERS = """
select profiles.*, customers.birth_date
from {customer_360} as profiles inner join {customers} as customers using (customer_id)
"""
CHANNELS = """
with

stretches as (

    select customer_id, history.channel, state = 'granted' as is_granted, valid_from, valid_to, files.landed_at as known_at
    from {consent_history} as history
    left join {at}intermediate.int_consent_events as statements on history.consent_event_id = statements.consent_event_id
    left join {at}landing.files as files on statements._file_id = files.file_id
    where history.purpose = 'marketing'

),

granted as (

    select channels.customer_id, channels.channel, identifier_type, address, coalesce(stretches.is_granted, false) and (channels.has_consent or not now.is_granted) as has_consent,
        is_processing_forbidden, stretches.valid_from, stretches.valid_to, stretches.known_at
    from {customer_channels} as channels
    left join stretches using (customer_id, channel)
    left join (select customer_id, channel, is_granted from stretches where valid_to is null) as now using (customer_id, channel)

),

before as (

    select customer_id, channel, min(valid_from) as valid_to from stretches group by customer_id, channel

)

select * from granted
union all by name
select channels.customer_id, channels.channel, identifier_type, address, false as has_consent, is_processing_forbidden, null as valid_from, before.valid_to
from {customer_channels} as channels inner join before using (customer_id, channel)
"""
PLAIN = {
    "segment_history": "select customer_id, segment, change, occurred_at from {segment_history}",
    "redirects": "select old_customer_id, customer_id, redirected_at, created_at from {at}marts.customer_redirects",
    "suppressions": """select suppressions.channel, suppressions.identifier_type, suppressions.address, coalesce(told.occurred_at, suppressions.suppressed_at) as suppressed_at, files.landed_at as known_at
        from {at}marts.suppressions as suppressions
        left join {at}intermediate.int_suppressions as told
            on suppressions.channel = told.channel and suppressions.identifier_type = told.identifier_type and suppressions.address = coalesce(told.value, told.raw_value)
        left join {at}landing.files as files on told._file_id = files.file_id""",
    # What the profile says; else the zone of a country that has only one; else the policy's.
    "time_zones": """select customers.customer_id, coalesce(customers.time_zone, zones.time_zone) as time_zone
        from {customers} as customers left join {at}seeds.country_time_zones as zones using (country_code)""",
}


class MartsTooOld(Told):
    """The marts lack what the evaluation reads."""


def show(connection: DuckDBPyConnection, tick_at: datetime, policy: Policy, *, at: str = "", only: str | None = None) -> None:
    """Makes the views, as of this tick; of the customers in the table `only`, if one is named."""
    has_ticks = connection.execute("select count(*) from duckdb_tables() where schema_name = 'communications' and table_name = 'ticks'").fetchone()[0]
    row = connection.execute("select max(watermark) from communications.ticks").fetchone() if has_ticks else (None,)
    watermark = row[0] or datetime(1900, 1, 1)
    whose = f" where customer_id in (select customer_id from {only})" if only else ""
    tables = {table.partition(".")[2]: f"(select * from {at}{table}{whose})" for table in OF_CUSTOMERS}
    for name, query in {"events": EVENTS, "customers": CUSTOMERS, "channels": CHANNELS, **PLAIN}.items():
        try:
            connection.execute(f"create or replace temp view input_{name} as " + query.format(at=at, watermark=watermark, tick_at=tick_at, **tables))
        except (duckdb.CatalogException, duckdb.BinderException):
            raise MartsTooOld(
                f"The warehouse lacks what scenarios are evaluated on ({name}): it is empty or of an earlier version. Run `svod run` first"
            ) from None
