"""The mail providers' webhook bodies: SendGrid for letters in English (lists or single objects), UniSender Go for those in Russian."""

from datetime import timedelta

from pipelines.demo.files import Company

SENDGRID = """
select if(size = 1 and min(pick) < 0.5, min(event), '[' || string_agg(event, ',' order by event_at, id) || ']') as body, bin, month from (
    select *, count(*) over (partition by month, bin) as size from (
        select event_at, id, month, pick, (row_number() over (partition by month order by event_at, id) - 1) // 12 * 1000 + if(pick < 0.02, (row_number() over (partition by month order by event_at, id)) % 12 + 1, 0) as bin,
            '{"email":"' || address || '","timestamp":' || cast(epoch(event_at) as bigint) || ',"smtp-id":"<' || message_id[1:14] || '@mail.example.net>","event":"' || name || '","category":' || if(pick < 0.5, '"weekly"', '["weekly","shop"]')
            || ',"sg_event_id":"' || id || '","sg_message_id":"' || message_id[1:22] || '.filter0001"' || detail || ',"campaign":"Weekly ' || campaign_n || '"}' as event
        from (
            select *, date_trunc('month', event_at) as month, md5(record_id || message_id || happened || step) as id, u(message_id || happened, 'body') as pick, trim(email) as address,
                case happened when 'soft_bounce' then 'bounce' when 'hard_bounce' then 'bounce' when 'complaint' then 'spamreport' else happened end as name,
                case happened when 'soft_bounce' then ',"type":"blocked","status":"4.2.2","reason":"mailbox full"' when 'hard_bounce' then ',"type":"bounce","status":"5.1.1","reason":"550 no such user"'
                    when 'click' then ',"url":"https://ladya.example.com/sale?utm_source=newsletter&utm_medium=email&utm_campaign=weekly_' || campaign_n || '","ip":"198.51.100.7"'
                    when 'open' then ',"ip":"198.51.100.7","useragent":"Mozilla/5.0"' || if(step = 5, ',"sg_machine_open":true', '') else '' end as detail
            from mail_event where language = 'en'
        )
    )
) group by month, bin, size
"""

UNISENDER = """
select '{"auth":"' || md5('auth' || month || bin) || '","events_by_user":[{"user_id":456,"project_id":"6123462132634","events":[' || string_agg(event, ',' order by event_at, id) || ']}]}' as body, bin, month from (
    select event_at, id, month, (row_number() over (partition by month order by event_at, id) - 1) // 20 as bin,
        '{"event_name":"transactional_email_status","event_data":{"job_id":"' || message_id[1:6] || '-' || message_id[7:12] || '-' || message_id[13:18] || '","metadata":{"campaign":"Неделя ' || campaign_n || '"},"email":"' || trim(email)
        || '","status":"' || name || '","event_time":"' || strftime(event_at, '%Y-%m-%d %H:%M:%S') || '"' || detail || '}}' as event
    from (
        select *, date_trunc('month', event_at) as month, md5(record_id || message_id || happened || step) as id,
            case happened when 'open' then 'opened' when 'click' then 'clicked' when 'complaint' then 'spam' when 'unsubscribe' then 'unsubscribed' when 'hard_bounce' then 'hard_bounced' when 'soft_bounce' then 'soft_bounced' when 'processed' then 'sent' else happened end as name,
            case happened when 'click' then ',"url":"https://ladya.example.ru/rasprodazha?utm_source=newsletter&utm_medium=email"' when 'hard_bounce' then ',"delivery_info":{"delivery_status":"err_user_unknown","destination_response":"550 no such user"}' else '' end as detail
        from mail_event where language = 'ru'
    )
) group by month, bin
"""


def write(company: Company) -> None:
    """A file per provider and month."""
    con = company.con
    for provider, query in (("sendgrid", SENDGRID), ("unisender", UNISENDER)):
        con.execute(f"create temp table {provider} as {query}")
        months = [month for (month,) in con.execute(f"select distinct month from {provider} order by 1").fetchall()]
        for month in months:
            month_end = min((month + timedelta(days=31)).replace(day=1), company.end_at) - timedelta(days=1)
            broken = ('{"email":"half@example.com","timestamp":17',) if provider == "sendgrid" and month == months[-1] else ()
            company.lines(
                f"esp/{provider}_{month_end:%Y-%m-%d}.jsonl", f"select body from {provider} where month = timestamp '{month}' order by bin", broken=broken
            )
