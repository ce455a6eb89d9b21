"""The mobile app's messages, Segment-shaped: identify with traits, then track, screen and now and then alias."""

from pipelines.demo.files import Company

ZULU = "'%Y-%m-%dT%H:%M:%S.000Z'"

USER = "select account.*, md5(record_id || 'device') as device from account where system = 'segment:user'"
ANONYMOUS = "device[1:8] || '-' || device[9:12] || '-4' || device[14:16] || '-a' || device[18:20] || '-' || device[21:32]"

# `identify` comes with the sign-up, or at the start of the time told; traits that are absent are left out.
IDENTIFY = f"""
select told_at, 0 as i, record_id, '{{"type":"identify","messageId":"' || md5(record_id || 'identify') || '","userId":"' || user_id || '","anonymousId":"' || {ANONYMOUS} || '","timestamp":"' || strftime(told_at, {ZULU}) || '","traits":'
    || json_merge_patch('{{}}', json_object('firstName', first_name, 'lastName', last_name, 'email', email_text, 'phone', phone_text, 'birthday', cast(birth_text as varchar), 'gender', if(u(k, 'gender given') < 0.5, gender, null),
        'address', json_object('city', if(u(k, 'city given') < 0.6, city, null)), 'createdAt', strftime(created_at, {ZULU})))
    || ',"context":{{"locale":"' || if(language = 'ru', 'ru-RU', 'en-US') || '","library":{{"name":"analytics-android"}}}}}}' as line
from (select *, greatest(date_trunc('second', created_at), $start_at + to_seconds(cast(floor(u(k, 'opens app') * 80000) as int))) as told_at from ({USER})) where told_at < $end_at
"""

# The app's old releases named the installation first and joined it to the user later.
ALIAS = f"""
select told_at, 0, record_id, '{{"type":"alias","messageId":"' || md5(record_id || 'alias') || '","previousId":"' || {ANONYMOUS} || '","userId":"' || user_id || '","timestamp":"' || strftime(told_at, {ZULU}) || '"}}'
from (select *, greatest(date_trunc('second', created_at), $start_at + to_seconds(cast(floor(u(k, 'opens app') * 80000) as int))) + interval 1 second as told_at from ({USER})) where u(k, 'alias') < 0.15 and told_at < $end_at
"""

TRACK = f"""
select event_at, i + 1, record_id, case
    when a < 0.4 then '{{"type":"screen","name":"Catalogue"' when a < 0.5 then '{{"type":"page","name":"Home","properties":{{"url":"https://ladya.example.com/app"}}'
    when a < 0.85 then '{{"type":"track","event":"Product Viewed","properties":{{"product_id":"' || sku || '","name":"' || name_en || '","price":' || price_usd || ',"currency":"USD"}}'
    when a < 0.95 then '{{"type":"track","event":"Product Added","properties":{{"product_id":"' || sku || '","quantity":1}}' else '{{"type":"track","event":"Application Opened","properties":{{"version":"4.2.0"}}' end
    || ',"messageId":"' || md5(app_event) || '"' || if(again(a, 71) < 0.9, ',"userId":"' || user_id || '"', '') || ',"anonymousId":"' || {ANONYMOUS} || '","timestamp":"' || strftime(event_at, {ZULU})
    || '","receivedAt":"' || strftime(event_at, '%Y-%m-%dT%H:%M:%S.480Z') || '","context":{{"ip":"192.0.2.10"}}}}'
from app_event join product on product.n = cast(floor(again(a, 131) * 30) as int)
"""


def write(company: Company) -> None:
    """One file of all messages, in order of time."""
    parts = [
        sql.replace("$start_at", f"timestamp '{company.start_at}'").replace("$end_at", f"timestamp '{company.end_at}'") for sql in (IDENTIFY, ALIAS, TRACK)
    ]
    company.lines("segment/events.jsonl", f"select line from ({' union all '.join(parts)}) order by told_at, record_id, i, line")
