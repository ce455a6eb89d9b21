"""Mailchimp's audience export: one ZIP of three files whose names carry the state; UNSUB_REASON stands twice in a header."""

from pipelines.demo.files import Company, split

MEMBER = """
create temp table mailchimp_member as
select account.*, mailing.withdrawn_at, mailing.complains, mailing.cleaned_at, md5(record_id) as hash, u(k, 'confirms') < 0.6 as is_confirmed
from account join mailing using (record_id)
"""

IP = "'198.51.100.' || cast(1 + cast(floor(u(k, 'ip') * 250) as int) as varchar)"
COMMON = {
    "Email Address": "trim(email_text)",
    "First Name": "first_name",
    "Last Name": "last_name",
    "Phone Number": "phone_text",
    "Birthday": "strftime(birth_text, '%m/%d')",
    "MEMBER_RATING": "cast(1 + cast(floor(u(k, 'rating') * 5) as int) as varchar)",
    "OPTIN_TIME": "strftime(created_at, '%Y-%m-%d %H:%M:%S')",
    "OPTIN_IP": IP,
    "CONFIRM_TIME": "if(is_confirmed, strftime(created_at + interval 7 minute, '%Y-%m-%d %H:%M:%S'), null)",
    "CONFIRM_IP": f"if(is_confirmed, {IP}, null)",
    "LATITUDE": "null",
    "LONGITUDE": "null",
    "GMTOFF": "if(language = 'ru', '3', '-5')",
    "DSTOFF": "if(language = 'ru', '3', '-4')",
    "TIMEZONE": "if(language = 'ru', 'Europe/Moscow', 'America/New_York')",
    "CC": "if(language = 'ru', 'RU', 'US')",
    "REGION": "null",
    "LAST_CHANGED": "strftime(greatest(created_at, coalesce(withdrawn_at, cleaned_at, created_at)), '%Y-%m-%d %H:%M:%S')",
    "LEID": "cast(5000000 + n as varchar)",
    "EUID": "hash[1:10]",
    "NOTES": "if(u(k, 'notes') < 0.01, 'Called in ' || chr(10) || 'asked for a catalogue, by post', null)",
    "TAGS": "case when u(k, 'tags') < 0.1 then '\"VIP\",\"Blog\"' when u(k, 'tags') < 0.3 then '\"Blog\"' end",
}
UNSUBSCRIBED = COMMON | {
    "UNSUB_TIME": "strftime(withdrawn_at, '%Y-%m-%d %H:%M:%S')",
    "UNSUB_CAMPAIGN_TITLE": "'Weekly 1'",
    "UNSUB_CAMPAIGN_ID": "'c0ffee01'",
    "UNSUB_REASON": "if(complains, 'ABUSE', 'NORMAL')",
    "UNSUB_REASON ": "if(complains, 'Reported as spam', 'I no longer want these e-mails')",
    "UNSUB_REASON_OTHER": "null",
}
CLEANED = COMMON | {"CLEAN_TIME": "strftime(cleaned_at, '%Y-%m-%d %H:%M:%S')", "CLEAN_CAMPAIGN_TITLE": "'Weekly 1'", "CLEAN_CAMPAIGN_ID": "'c0ffee01'"}


def write(company: Company) -> None:
    """The three states, zipped as Mailchimp sends them."""
    company.con.execute(MEMBER)
    states = (
        ("subscribed", COMMON, "withdrawn_at is null and cleaned_at is null"),
        ("unsubscribed", UNSUBSCRIBED, "withdrawn_at is not null"),
        ("cleaned", CLEANED, "withdrawn_at is null and cleaned_at is not null"),
    )
    files = []
    for state, columns, condition in states:
        header, select = split(columns)
        files.append(
            company.delimited(
                f"mailchimp/{state}_members_export_1a2b3c4d5e.csv",
                [title.strip() for title in header],
                f"select {select} from mailchimp_member where {condition} order by created_at, source_key",
            )
        )
    company.zip(f"mailchimp/audience_export_{company.day()}.zip", files)
