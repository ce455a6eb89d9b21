"""Records get their keys in each system, and people their consent: what the truth and all writers agree on."""

import duckdb

KEYED = """
create table keyed as
with numbered as (
    select *, row_number() over (partition by system order by created_at, person, copy) as n,
        coalesce(system = 'hubspot:contact' and copy = 2 and u(k, 'merged') < $merged, false) as is_merged_away
    from record
)
select *,
    case system
        when 'hubspot:contact' then cast(100000 + n * 51 as varchar)
        when 'bitrix24:contact' then cast(n * 2 + 10 as varchar)
        when 'bitrix24:lead' then cast(n + 500 as varchar)
        when 'mailchimp:subscriber' then lower(trim(email_text))
        when 'meta_leads:form_lead' then cast(1200000000000000 + n * 7919 as varchar)
        when 'vk_leads:form_lead' then cast(300000 + n as varchar)
        when 'shopify:customer' then cast(6900000000000 + n * 32768 as varchar)
        when 'orders:card' then card
        else user_id end as source_key
from numbered
"""

# A mail service holds an address once, whoever typed it.
ACCOUNT = """
create table account as
with ranked as (
    select *, row_number() over (partition by system, source_key order by person, copy) as rank from keyed
)
select * exclude (rank), system || ':' || source_key as record_id from ranked where rank = 1
"""

# One person, one will: systems learn of it, or not yet.
CONSENT = """
create table consent as
with carriers as (
    select person,
        coalesce(min(created_at) filter (where system in ('mailchimp:subscriber', 'bitrix24:contact')), min(created_at) filter (where system = 'hubspot:contact')) as asked_at,
        bool_or(system = 'mailchimp:subscriber') as in_mailchimp, bool_or(system = 'hubspot:contact') as in_hubspot,
        min(created_at) filter (where system = 'bitrix24:contact') as first_contact_at
    from account where not is_merged_away group by person
),
asked as (
    select *, in_mailchimp or u(person, 'marketing') < 0.6 as agrees, greatest(asked_at, $start_at) as window_from,
        -- who is in Bitrix24 alone can be seen to withdraw only if its first export still shows the consent
        u(person, 'withdraws') < 0.10 and (in_mailchimp or in_hubspot or first_contact_at < $start_at) as withdraws
    from carriers where asked_at is not null
)
select person, in_mailchimp,
    if(agrees, asked_at, null) as granted_at,
    if(agrees and withdraws, date_trunc('second', window_from + to_seconds(cast((0.1 + 0.85 * u(person, 'withdrawn at')) * date_diff('second', window_from, $end_at) as bigint))), null) as withdrawn_at,
    u(person, 'complains') < 0.12 as complains,
    not in_mailchimp or u(person, 'crm hears') < 0.6 as crm_knows
from asked
"""

# Clients' cookies: `ga` and `ym` name the same browser.
DEVICE = """
create table device as
with owner as (
    select 'p' || person as owner, person, language from person where u(person, 'web') < 0.5 or person in (select person from account where entity = 'customer')
    union all
    select 'a' || range, null, if(u('a' || range, 'language') < 0.6, 'ru', 'en') from range($anonymous)
),
devices as (
    select owner.*, slot, owner || '/' || slot as device from owner cross join (values (1), (2)) as s(slot) where slot = 1 or (person is not null and u(owner, 'second device') < 0.25)
)
select owner, person, language, slot, device,
    cast(1000000000 + cast(floor(u(device, 'ga') * 1147483647) as bigint) as varchar) || '.' || cast(1700000000 + cast(floor(u(device, 'since') * 60000000) as bigint) as varchar) as ga_client,
    cast(1700000000 + cast(floor(u(device, 'since') * 60000000) as bigint) as varchar) || lpad(cast(cast(floor(u(device, 'ym') * 1000000000) as bigint) as varchar), 9, '0') as ym_client
from devices
"""


def create(con: duckdb.DuckDBPyConnection, people: int, start_at, end_at, merged: float) -> None:
    """Creates account (a record with its key), consent (per person) and device (per browser)."""
    con.execute(KEYED, {"merged": merged})
    con.execute(ACCOUNT)
    con.execute("drop table keyed; drop table record")
    con.execute(CONSENT, {"end_at": end_at, "start_at": start_at})
    con.execute(DEVICE, {"anonymous": people // 2})
