"""Mailchimp audience export: three CSV files whose names carry the state, merge fields first, service columns last.

`subscribed_`, `unsubscribed_` and `cleaned_members_export_<hash>.csv`, loose or in the ZIP that Mailchimp sends.
Header names repeat in the wild (UNSUB_REASON); the second one becomes `unsub_reason__2` and goes to `_extra`.
Lands in `raw_mailchimp`, all columns as text; staging reads the state from `_file_name`.
"""

from pipelines.sources.preset import Preset, Table

MEMBERS = {
    "email_address": ("Email Address", "Email", "Адрес электронной почты", "Электронная почта", "email_address"),
    "first_name": ("First Name", "FNAME", "Имя", "merge_fname"),
    "last_name": ("Last Name", "LNAME", "Фамилия", "merge_lname"),
    "phone_number": ("Phone Number", "PHONE", "Телефон"),
    "address": ("Address", "ADDRESS", "Адрес"),
    "birthday": ("Birthday", "BIRTHDAY", "День рождения"),
    "member_rating": ("MEMBER_RATING",),
    "optin_time": ("OPTIN_TIME", "timestamp_signup"),
    "optin_ip": ("OPTIN_IP", "ip_signup"),
    "confirm_time": ("CONFIRM_TIME", "timestamp_opt"),
    "confirm_ip": ("CONFIRM_IP", "ip_opt"),
    "latitude": ("LATITUDE",),
    "longitude": ("LONGITUDE",),
    "gmtoff": ("GMTOFF",),
    "dstoff": ("DSTOFF",),
    "timezone": ("TIMEZONE",),
    "cc": ("CC", "country_code"),
    "region": ("REGION",),
    "last_changed": ("LAST_CHANGED",),
    "leid": ("LEID",),
    "euid": ("EUID", "unique_email_id"),
    "notes": ("NOTES",),
    "tags": ("TAGS",),
    "status": ("status",),
    "unsub_time": ("UNSUB_TIME",),
    "unsub_campaign_title": ("UNSUB_CAMPAIGN_TITLE",),
    "unsub_campaign_id": ("UNSUB_CAMPAIGN_ID",),
    "unsub_reason": ("UNSUB_REASON",),
    "unsub_reason_other": ("UNSUB_REASON_OTHER",),
    "clean_time": ("CLEAN_TIME",),
    "clean_campaign_title": ("CLEAN_CAMPAIGN_TITLE",),
    "clean_campaign_id": ("CLEAN_CAMPAIGN_ID",),
}

PRESET = Preset(
    name="mailchimp",
    title="Mailchimp",
    kind="email",
    where="Audience → All contacts → Export audience; put the ZIP or its three files in as they are",
    tables=(Table(name="members", description="One row per audience member and export", columns=MEMBERS, required=("email_address",), delimiter=","),),
)
