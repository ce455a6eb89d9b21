"""What the demo's sender and collector would write of themselves (`<data>/responses`): messages handed over, receipts of the SMS centre, links followed, replies.

Who answers to what is drawn in `answers`; what mail providers tell is in `answer_files`. Telegram tells no delivery, only that a bot was blocked.
"""

from pipelines.demo.files import Company

URL = "https://ladya.example.com/"
PHONE = "'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36'"
# Of the channels that no mail provider tells of. A long while passes before a number is given up; people read within hours.
TEXTS = f"""
create temp table texts as
select *, if(channel = 'sms', 'smpp', 'telegram') as provider, if(channel = 'sms', 'phone', 'telegram') as identifier_type,
    if(channel = 'sms', substr(md5('smsc' || message_id), 1, 10), cast(cast('0x' || substr(md5('chat' || message_id), 1, 6) as int) as varchar)) as provider_message_id,
    sent_at + to_seconds(cast(if(has_bounced, 7200, 3 + u(message_id, 'delivered') * 20) as bigint)) as told_at,
    sent_at + to_seconds(cast(150 - ln(1 - u(message_id, 'hour')) * 14400 as bigint)) as clicked_at, sent_at + interval 1 hour as left_at,
    channel = 'messenger' and u(message_id, 'blocks') < 0.5 as is_block, '{URL}' || scenario as url
from message where not is_phantom and channel in ('messenger', 'sms')
"""
MESSAGE = "'message_id', message_id"
CHAT = "'channel', channel, 'provider', provider, 'identifier_type', identifier_type, 'address', address"
HANDED = "'campaign', scenario, 'step', asked_by, 'purpose', 'marketing', 'attempt', '1'"
LINES = (
    # table, condition, when, id, kind, the other members
    ("message", "not is_phantom and channel = 'email'", "sent_at", "'sent:' || message_id || ':1'", "sent",
     f"{MESSAGE}, 'channel', 'email', 'provider', 'demo', 'identifier_type', 'email', 'address', address, 'campaign', scenario, 'purpose', 'marketing', 'outcome', 'accepted', 'code', '250', 'attempt', '1'"),
    ("texts", "channel = 'sms' or not has_bounced", "sent_at", "'sent:' || message_id || ':1'", "sent",
     f"{MESSAGE}, {CHAT}, 'provider_message_id', provider_message_id, {HANDED}, 'outcome', 'accepted', 'code', if(channel = 'sms', '0', '200')"),
    ("texts", "channel = 'messenger' and has_bounced", "sent_at", "'sent:' || message_id || ':1'", "failed",
     f"{MESSAGE}, {CHAT}, {HANDED}, 'outcome', 'failed', 'code', '403', 'diagnostic', 'Forbidden: bot was blocked by the user'"),
    ("texts", "channel = 'sms' and not has_bounced", "told_at", "'smpp:' || md5(provider_message_id || '|DELIVRD|000')", "delivered",
     "'channel', 'sms', 'provider', 'smpp', 'provider_message_id', provider_message_id, 'status', 'DELIVRD', 'diagnostic', 'err 000'"),
    ("texts", "channel = 'sms' and has_bounced", "told_at", "'smpp:' || md5(provider_message_id || '|UNDELIV|001')", "bounced",
     "'channel', 'sms', 'provider', 'smpp', 'provider_message_id', provider_message_id, 'status', 'UNDELIV', 'diagnostic', 'err 001'"),
    ("texts", "has_clicked and not has_bounced", "clicked_at", "'clicked:' || md5('click' || message_id)", "clicked",
     f"{MESSAGE}, 'ip', '198.51.100.8', 'user_agent', {PHONE}, 'url', url"),
    ("texts", "has_machine and not has_bounced", "sent_at + interval 1 second", "'clicked:' || md5('preview' || message_id)", "clicked",
     f"{MESSAGE}, 'ip', '192.0.2.9', 'user_agent', 'TelegramBot (like TwitterBot)', 'url', url"),
    ("texts", "has_left and not has_bounced and not is_block", "left_at", "provider || ':' || md5('stop' || message_id)", "unsubscribed",
     f"{CHAT}, 'scope', 'marketing/' || channel, 'method', 'reply'"),
    ("texts", "has_left and not has_bounced and is_block", "left_at", "provider || ':' || md5('block' || message_id)", "bounced",
     f"{CHAT}, 'status', 'blocked by the user'"),
)  # fmt: skip
LINE = """
select {moment} as event_at, {event_id} as id, json_object('event_id', {event_id}, 'kind', '{kind}', 'occurred_at', strftime({moment}, '%Y-%m-%dT%H:%M:%S.%fZ'), {members}) as line
from {table} where {condition}
"""


def write(company: Company, stamp: str) -> None:
    """One file of all that happened up to the end of the days."""
    company.con.execute(TEXTS)
    lines = " union all ".join(
        LINE.format(table=table, condition=condition, moment=moment, event_id=event_id, kind=kind, members=members)
        for table, condition, moment, event_id, kind, members in LINES
    )
    query = f"select line from ({lines}) where event_at < timestamp '{company.end_at}' order by event_at, id"
    company.lines(f"responses/sent_answers_{stamp}.jsonl", query)
