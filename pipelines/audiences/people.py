"""Who of an audience may be matched with ad platforms, and by which addresses: the temporary table `people`, one row per customer.

Only who has consented to `ads_matching` and whose data may be processed, only by the e-mails and phones that the consent covers, that are
theirs (neither fillers nor shared by many) and not suppressed. Who complained of any message is not matched at all.
"""

from duckdb import DuckDBPyConnection

from pipelines.redaction import Told

PEOPLE = """
create or replace temp table people as

with

members as ({members}),

rules as (

    select processing_needed from seeds.consent_purposes where purpose = 'ads_matching' and channel = 'any'

),

consenting as (

    select matching.customer_id
    from marts.consents as matching
    cross join rules
    left join marts.consents as processing on matching.customer_id = processing.customer_id and processing.purpose = 'personal_data'
    where matching.purpose = 'ads_matching' and matching.channel = 'any' and matching.is_granted
        and case rules.processing_needed
            when 'none' then coalesce(processing.state <> 'withdrawn', true)
            when 'basis' then coalesce(processing.state in ('granted', 'other_basis'), false)
            else coalesce(processing.state = 'granted', false)
        end

),

complained as (

    select distinct identifiers.customer_id
    from marts.customer_identifiers as identifiers
    inner join marts.suppressions as suppressions
        on identifiers.identifier_type = suppressions.identifier_type and identifiers.value = suppressions.address
    where contains(suppressions.reasons, 'complaint')

),

addresses as (

    select
        identifiers.customer_id,
        identifiers.identifier_type,
        identifiers.value,
        row_number() over (
            partition by identifiers.customer_id, identifiers.identifier_type order by identifiers.is_primary desc, identifiers.value
        ) as place
    from marts.customer_identifiers as identifiers
    inner join profile.consent_addresses as covered
        on covered.purpose = 'ads_matching' and identifiers.customer_id = covered.customer_id
        and identifiers.identifier_type = covered.identifier_type and identifiers.value = covered.value
    where identifiers.is_valid and not coalesce(identifiers.is_junk or identifiers.is_shared, false)
        and not exists (
            select 1 from marts.suppressions as suppressions
            where suppressions.identifier_type = identifiers.identifier_type and suppressions.address = identifiers.value
        )

),

reachable as (

    select
        customer_id,
        max(value) filter (where identifier_type = 'email') as email,
        max(value) filter (where identifier_type = 'phone') as phone
    from addresses
    where place = 1 and identifier_type in ('email', 'phone')
    group by customer_id

)

select
    customers.customer_id, reachable.email, reachable.phone, customers.given_name, customers.family_name, customers.locality,
    customers.postal_code, customers.country_code, customers.birth_date, customers.gender
from marts.customers as customers
inner join (select distinct customer_id from members) as members on customers.customer_id = members.customer_id
inner join consenting on customers.customer_id = consenting.customer_id
inner join reachable on customers.customer_id = reachable.customer_id
where customers.customer_id not in (select customer_id from complained)
"""

# What scenarios said last of each customer, by the id of now; of two words of one moment, the removal counts.
BY_SCENARIOS = """
select customer_id from (
    select
        coalesce(redirects.customer_id, changes.customer_id) as customer_id,
        changes.action,
        row_number() over (
            partition by coalesce(redirects.customer_id, changes.customer_id) order by changes.changed_at desc, changes.action desc
        ) as place
    from communications.audience_changes as changes
    left join marts.customer_redirects as redirects on changes.customer_id = redirects.old_customer_id
    where changes.audience = $audience
) as latest
where place = 1 and action = 'add'
"""
BY_SEGMENT = "select customer_id from segments.segment_members where segment = $audience"


def names(connection: DuckDBPyConnection) -> dict[str, str]:
    """Every audience there is → the query of its members: those of scenarios, then the segments that have no such namesake."""
    known = {f"{schema}.{table}" for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()}
    found: dict[str, str] = {}
    for table, column, members in (("segments.segment_catalog", "segment", BY_SEGMENT), ("communications.audience_changes", "audience", BY_SCENARIOS)):
        if table in known:
            found |= {name: members for (name,) in connection.execute(f"select distinct {column} from {table}").fetchall()}
    return found


def gather(connection: DuckDBPyConnection, audience: str) -> tuple[int, int]:
    """Makes `people`. Returns how many the audience has, and how many of them may be matched."""
    known = names(connection)
    if audience not in known:
        raise Told(f"There is no audience {audience!r}: no scenario has put anybody into it, and no segment has its name")
    parameters = {"audience": audience}
    connection.execute(PEOPLE.format(members=known[audience]), parameters)
    members = connection.execute(f"select count(distinct customer_id) from ({known[audience]})", parameters).fetchone()[0]
    return members, connection.execute("select count(*) from people").fetchone()[0]
