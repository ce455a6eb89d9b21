"""The form on the shop's site, where customers say by which way they may be written to: its own log of statements, as a plain list."""

from pipelines.demo.files import Company, split

# The chat that a customer's Telegram account has with the shop's bot; the CRM shows it too.
CHAT = "cast(700000000 + person * 7919 as varchar)"

# Whoever unsubscribed from letters fills in no form. Of all who do, some come back and leave the SMS list again.
FILLED = """
create temp table filled_form as
select person, email, phone, language, '198.51.100.' || cast(1 + cast(floor(u(person, 'form ip') * 250) as int) as varchar) as ip,
    date_trunc('second', granted_at + to_seconds(cast(u(person, 'form at') * 0.8 * date_diff('second', granted_at, $end_at) as bigint))) as filled_at
from consent join person using (person)
join (select person, email from person_email where slot = 1) using (person)
join (select person, phone from person_phone where slot = 1) using (person)
where granted_at is not null and withdrawn_at is null and u(person, 'form') < 0.45
"""
WAYS = f"""
select person, ip, filled_at as said_at, 'granted' as action, 'sms' as channel, 'marketing' as purpose, cast(null as varchar) as email, phone, cast(null as varchar) as telegram from filled_form where u(person, 'sms') < 0.7
union all
select person, null, filled_at + (($end_at - filled_at) * u(person, 'left sms at')), 'withdrawn', 'sms', 'marketing', null, phone, null from filled_form where u(person, 'sms') < 0.7 and u(person, 'leaves sms') < 0.08
union all
select person, ip, filled_at, 'granted', 'messenger', 'marketing', null, null, {CHAT} from filled_form where u(person, 'chat') < 0.4
union all
select person, ip, filled_at, 'granted', null, 'ads_matching', email, phone, null from filled_form where u(person, 'ads') < 0.5
"""

COLUMNS = {
    "email": "email",
    "phone": "phone",
    "telegram": "telegram",
    "purpose": "purpose",
    "channel": "channel",
    "action": "action",
    "occurred_at": "strftime(said_at, '%Y-%m-%dT%H:%M:%SZ')",
    "method": "if(action = 'granted', 'form', null)",
    "document": "if(action = 'granted', 'site form v2', null)",
    "ip": "ip",
}


def write(company: Company) -> None:
    """One file of all statements so far."""
    company.con.execute(FILLED, {"end_at": company.end_at})
    company.con.execute(f"create temp table said as {WAYS.replace('$end_at', f'''timestamp '{company.end_at}' ''')}")
    header, select = split(COLUMNS)
    company.delimited("consents/site_form.csv", header, f"select {select} from said order by said_at, person, purpose, channel, action")
