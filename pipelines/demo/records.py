"""Which system knows whom, and which of a person's addresses, phones and homes it was given. `spelling` then types it in."""

import duckdb

from pipelines.demo.mess import SHARES

# probability that a system knows a person: Russian, English
PRESENCE = {
    "bitrix24:contact": (0.42, 0.05),
    "bitrix24:lead": (0.16, 0.03),
    "hubspot:contact": (0.12, 0.60),
    "mailchimp:subscriber": (0.35, 0.50),
    "meta_leads:form_lead": (0.05, 0.12),
    "vk_leads:form_lead": (0.12, 0.00),
    "shopify:customer": (0.06, 0.50),
    "orders:card": (0.15, 0.08),
}
ACCOUNT = (0.36, 0.32)  # has the company's own account: known to orders by customer id, to the app by user id

# how a system writes: share of Russian names in Latin letters; of records without e-mail, phone, birth date
HABITS = {
    "bitrix24:contact": (0.02, 0.20, 0.05),
    "bitrix24:lead": (0.02, 0.30, 0.03),
    "hubspot:contact": (0.45, 0.00, 0.25),
    "mailchimp:subscriber": (0.35, 0.00, 0.75),
    "meta_leads:form_lead": (0.40, 0.04, 0.03),
    "vk_leads:form_lead": (0.03, 0.20, 0.02),
    "shopify:customer": (0.90, 0.00, 0.30),
    "orders:card": (0.03, 0.40, 0.03),
    "orders:customer": (0.03, 0.05, 0.08),
    "segment:user": (0.30, 0.03, 0.50),
}


def _presence() -> str:
    known = [
        f"select person, '{system}' as system, 1 as copy from person where u(person, '{system}') < if(language = 'ru', {ru}, {en})"
        for system, (ru, en) in PRESENCE.items()
    ]
    account = f"u(person, 'account') < if(language = 'ru', {ACCOUNT[0]}, {ACCOUNT[1]})"
    known += [
        f"select person, 'orders:customer', 1 from person where {account} and u(person, 'buys') < 0.85",
        f"select person, 'segment:user', 1 from person where {account} and (u(person, 'buys') >= 0.85 or u(person, 'app') < 0.3)",
    ]
    return " union all ".join(known)


def _habits() -> str:
    return ", ".join(f"('{system}', {latin}, {no_email}, {no_phone})" for system, (latin, no_email, no_phone) in HABITS.items())


MEMBER = f"""
create table member as
with known as ({_presence()}),
everybody as (
    select * from known
    union all
    select person, if(language = 'ru', 'bitrix24:contact', 'hubspot:contact'), 1 from person anti join known using (person)
),
twice as (
    select person, system, 2 as copy from everybody
    where u(person, system || ' twice') < case system when 'hubspot:contact' then {SHARES["hubspot_twice"]} when 'bitrix24:contact' then {SHARES["bitrix24_twice"]} when 'shopify:customer' then {SHARES["shopify_twice"]} end
    union all
    select person, system, 2 from everybody join person_email using (person)
    semi join (select person from everybody where system in ('hubspot:contact', 'bitrix24:contact')) as hub using (person)
    where slot = 2 and system = 'mailchimp:subscriber' and u(person, system || ' twice') < {SHARES["mailchimp_twice"]} * 5
)
select *, person || '/' || system || '/' || copy as k from (select * from everybody union all select * from twice)
"""

# What the person would give, before slips. A record without an e-mail shows a phone; who is known somewhere by e-mail alone
# mostly gives it elsewhere too: people whose records share nothing cannot be found again by anyone.
GIVEN = f"""
create table known as
with habit(system, latin_share, no_email, no_phone) as (values {_habits()}),
hub as (select person, bool_or(system in ('hubspot:contact', 'bitrix24:contact')) as has_hub, bool_or(system in ('mailchimp:subscriber', 'segment:user')) as needs_email from member group by person),
drawn as (
    select member.*, person.* exclude (person), habit.* exclude (system), hub.has_hub, hub.needs_email,
        u(k, 'e-mail') as e, u(k, 'phone') as f, u(k, 'names') as n, u(k, 'slips') as s, u(k, 'home') as h, u(k, 'born') as b, u(k, 'script') as l, u(k, 'values') as v
    from member join person using (person) join habit using (system) join hub using (person)
),
chosen as (
    select *,
        f >= no_phone * if(e < no_email, 0, 1) as shows_phone,
        e >= no_email * if(needs_email, 0.08, 1) as shows_email,
        registered_at + to_seconds(cast(again(v, 37) * again(v, 37) * date_diff('second', registered_at, $end_at - interval 2 hour) as bigint)) as created_at
    from drawn
)
select chosen.*, main_email.email as main_email,
    coalesce(other_email.is_left, false) and created_at < changed_at as is_before_new_email,
    if(other_email.is_left and created_at >= changed_at, null, other_email.email) as other_email,
    main_phone.phone as main_phone, other_phone.phone as other_phone, family_phone.phone as family_phone
from chosen
join person_email as main_email on main_email.person = chosen.person and main_email.slot = 1
left join person_email as other_email on other_email.person = chosen.person and other_email.slot = 2
join person_phone as main_phone on main_phone.person = chosen.person and main_phone.slot = 1
left join person_phone as other_phone on other_phone.person = chosen.person and other_phone.slot = 2
left join person_phone as family_phone on family_phone.person = chosen.head and family_phone.slot = 1
"""


def create(con: duckdb.DuckDBPyConnection, end_at) -> None:
    """Creates member and known."""
    con.execute(MEMBER)
    con.execute(GIVEN, {"end_at": end_at})
