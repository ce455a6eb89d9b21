"""The made-up company as the warehouse holds it after a run: the marts that the evaluation reads, of what was known then, under the ids of then."""

from datetime import datetime

from duckdb import DuckDBPyConnection

from tests.pipelines.campaigns.engine import world as worlds

MARTS = {
    "landing.files": "file_id varchar, landed_at timestamp",
    "intermediate.int_events": "event_id varchar, message_id varchar, url varchar, _file_id varchar",
    "intermediate.int_reactions": "event_id varchar, machine_rule varchar",
    "intermediate.int_consent_events": "consent_event_id varchar, _file_id varchar",
    "intermediate.int_suppressions": "channel varchar, identifier_type varchar, raw_value varchar, value varchar, occurred_at timestamp, _file_id varchar",
    "marts.customer_timeline": "event_id varchar, customer_id varchar, event_name varchar, occurred_at timestamp, source varchar, channel varchar, campaign varchar, amount decimal(18, 2), currency varchar, properties varchar",
    "marts.customer_360": "customer_id varchar, language varchar, orders_count int",
    "marts.customers": "customer_id varchar, birth_date date, time_zone varchar, country_code varchar",
    "marts.customer_channels": "customer_id varchar, channel varchar, identifier_type varchar, address varchar, has_consent boolean, is_processing_forbidden boolean",
    "marts.consent_history": "customer_id varchar, channel varchar, purpose varchar, state varchar, consent_event_id varchar, valid_from timestamp, valid_to timestamp",
    "marts.customer_redirects": "old_customer_id varchar, customer_id varchar, redirected_at timestamp, created_at timestamp",
    "marts.suppressions": "channel varchar, identifier_type varchar, address varchar, suppressed_at timestamp",
    "segments.segment_history": "customer_id varchar, segment varchar, change varchar, occurred_at timestamp",
    "seeds.country_time_zones": "country_code varchar, time_zone varchar",
}
NOW = "(select people.customer_id from made.people where coalesce(born_at, timestamp '1900-01-01') <= timestamp '{at}' and coalesce(merged_at > timestamp '{at}', true))"
HEIRS = "left join (select customer_id, heir from made.people where merged_at <= timestamp '{at}') as merged using (customer_id)"
# A file for each minute in which something came; what had been said before anything came is in no file.
FILLED = f"""
insert into landing.files select distinct strftime(known_at, 'f%Y%m%d%H%M'), date_trunc('minute', known_at) + interval 1 minute
    from (select loaded_at as known_at from input_events union all select known_at from input_channels union all select known_at from input_suppressions) where known_at is not null;
insert into intermediate.int_events select event_id, message_id, url, strftime(loaded_at, 'f%Y%m%d%H%M') from input_events;
insert into intermediate.int_reactions select event_id, if(is_machine, 'prefetch', null) from input_events where message_id is not null;
insert into marts.customer_timeline by name select event_id, coalesce(heir, customer_id) as customer_id, event_name, occurred_at, source, channel, campaign, amount, currency, properties from input_events {HEIRS};
insert into marts.customer_360 by name select customer_id, language, orders_count from input_customers where valid_to is null and customer_id in {NOW};
insert into marts.customers by name select distinct customer_id, birth_date, time_zone from input_customers inner join input_time_zones using (customer_id) where customer_id in {NOW};
insert into marts.customer_channels select * exclude (valid_from, valid_to, known_at) from input_channels where valid_to is null and customer_id in {NOW};
insert into marts.consent_history
    select customer_id, channel, 'marketing', if(has_consent, 'granted', 'withdrawn'), concat_ws(':', customer_id, channel, valid_from), coalesce(valid_from, timestamp '2026-01-01'), valid_to
    from input_channels where customer_id in {NOW};
insert into intermediate.int_consent_events select concat_ws(':', customer_id, channel, valid_from), strftime(known_at, 'f%Y%m%d%H%M') from input_channels;
insert into intermediate.int_suppressions select channel, identifier_type, address, address, suppressed_at, strftime(known_at, 'f%Y%m%d%H%M') from input_suppressions;
insert into marts.suppressions select channel, identifier_type, address, min(suppressed_at) from input_suppressions group by all;
insert into marts.customer_redirects by name from input_redirects;
insert into segments.segment_history from input_segment_history where customer_id in {NOW};
"""


def make(connection: DuckDBPyConnection) -> None:
    """Empty ones."""
    for name, columns in MARTS.items():
        connection.execute(f"create schema if not exists {name.partition('.')[0]}")
        connection.execute(f"create or replace table {name} ({columns})")


def of_one(connection: DuckDBPyConnection) -> None:
    """A customer, `c`, who speaks Russian and has ordered three times, and nothing else."""
    make(connection)
    connection.execute("alter table landing.files add column source varchar; alter table landing.files add column file_name varchar")
    connection.execute("insert into marts.customers (customer_id) values ('c'); insert into marts.customer_360 values ('c', 'ru', 3)")
    connection.execute("insert into marts.customer_redirects values ('c', 'c', null, timestamp '2026-01-01')")


def publish(connection: DuckDBPyConnection, world: worlds.World, at: datetime) -> None:
    """Makes them anew, as the run of this moment would."""
    connection.execute(f"attach if not exists '{world.file}' as made (read_only)")
    connection.execute("begin")
    make(connection)
    worlds.show(connection, at, with_attempts=False)
    for statement in FILLED.format(at=at).split(";\n"):
        connection.execute(statement)
    for name in worlds.SHOWN:
        connection.execute(f"drop view input_{name}")
    connection.execute("commit")
