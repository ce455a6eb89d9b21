"""The statements behind `data`: made-up people with what ten sources would know of them, as the intermediate models and the identity step leave it."""

# Chance that repeats within one version of DuckDB: `u(key, purpose)` in 0..1, and text of sixteen digits.
MACROS = (
    "create macro u(k, purpose) as hash(k, purpose) / 18446744073709551616.0",
    "create macro token(k, purpose) as lpad(to_hex(hash(k, purpose)), 16, '0')",
    "create macro slot(k, purpose) as cast(floor(u(k, purpose) * 4096) as integer)",
)

PEOPLE = """
create or replace table person as
select
    p, 'c_' || token(p, 'customer') as customer_id, language, given, family, city, region, zip, phone,
    lower(handle || p || '@example.' || ['com', 'org', 'net'][1 + p % 3]) as email,
    cast(date '1945-01-01' + cast(floor(u(p, 'born') * 22000) as integer) as date) as birth_date, gender,
    street || ', ' || cast(1 + floor(u(p, 'house') * 90) as integer) as street
from (
    select
        people.p, people.language, people.gender, given.given, if(people.gender = 'male', family.male, family.female) as family, city.city, city.region,
        city.zip || lpad(cast(people.p % 1000 as varchar), 3, '0') as zip, street.value as street,
        translate(lower(left(family.male, 6)), 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя’- ''', 'abvgdeejziyklmnoprstufhccssqyqeua') as handle,
        if(people.language = 'ru', '+79', '+120') || lpad(cast(people.p * 7368787 % 1000000000 as varchar), 9, '0') as phone
    from (select range as p, if(u(range, 'language') < 0.6, 'ru', 'en') as language, if(u(range, 'gender') < 0.55, 'female', 'male') as gender from range($people)) as people
    join lex_given as given on given.language = people.language and given.gender = people.gender and given.n = slot(people.p, 'given')
    join lex_family as family on family.language = people.language and family.n = slot(people.p, 'family')
    join lex_city as city on city.language = people.language and city.n = slot(people.p, 'city')
    join lex_word as street on street.list = 'street_' || people.language and street.n = slot(people.p, 'street')
)
"""

# Two records to a customer, of which the first is always there: a CRM's, a shop's, a newsletter's, a till's.
RECORDS = """
create or replace table record as
select person.*, copy, source, source || ':' || entity || ':' || token(p, copy) as record_id, entity, token(p, copy) as source_key,
    timestamp '2022-01-01' + to_seconds(cast(floor(u(p, 'created' || copy) * 126000000) as bigint)) as created_at
from person
join (values
    (1, 'hubspot', 'contact', 0.35), (1, 'bitrix24', 'contact', 0.6), (1, 'shopify', 'customer', 1.0),
    (2, 'mailchimp', 'member', 0.45), (3, 'orders', 'buyer', 0.5), (4, 'segment', 'user', 0.15)
) as kinds(copy, source, entity, upto) on case when copy = 1
    then u(p, 'first') between if(source = 'hubspot', 0, if(source = 'bitrix24', 0.35, 0.6)) and upto else u(p, 'copy' || copy) < upto end
"""

INTERMEDIATE = {
    "int_records": """
        select
            record_id, source, entity, source_key, cast(null as varchar) as full_name,
            case when u(record_id, 'slip') < 0.02 then left(given, length(given) - 1) when u(record_id, 'case') < 0.05 then upper(given) else given end as given_name,
            if(copy = 1 and u(record_id, 'father') < 0.3, given, null) as additional_name,
            if(source = 'mailchimp' and u(record_id, 'no family') < 0.5, null, family) as family_name,
            lower(given) as given_name_key, lower(given) as given_key, if(copy = 1 and u(record_id, 'father') < 0.3, lower(given), null) as additional_name_key,
            if(source = 'mailchimp' and u(record_id, 'no family') < 0.5, null, lower(family)) as family_name_key,
            if(u(record_id, 'sex') < 0.7, gender, null) as gender,
            if(copy in (1, 3) and u(p, 'home') < 0.6, street, null) as street, if(copy in (1, 3), city, null) as locality,
            if(copy in (1, 3) and u(p, 'home') < 0.6, lower(street), null) as street_key, if(copy in (1, 3), lower(city), null) as locality_key,
            if(copy = 1, region, null) as region, if(copy = 1, zip, null) as postal_code, if(copy = 1, upper(replace(language, 'en', 'us')), null) as country_code,
            if(copy < 3, language, null) as language, if(source = 'hubspot' and u(p, 'works') < 0.2, 'Example ' || cast(p % 5000 as varchar), null) as company,
            if(source = 'hubspot' and u(p, 'works') < 0.2, 'Manager', null) as job_title, if(source = 'hubspot', 'customer', null) as lifecycle_stage,
            if(u(record_id, 'utm') < 0.15, 'google', null) as utm_source, if(u(record_id, 'utm') < 0.15, 'cpc', null) as utm_medium,
            if(u(record_id, 'utm') < 0.15, 'spring', null) as utm_campaign, cast(null as varchar) as extra, cast(null as varchar) as failed_casts,
            if(copy = 1 and u(p, 'birth') < 0.6, birth_date, null) as birth_date, if(copy = 1 and u(p, 'birth') < 0.6, cast(year(birth_date) as integer), null) as birth_year,
            if(copy = 1 and u(p, 'birth') < 0.6, cast(month(birth_date) as integer), null) as birth_month,
            if(copy = 1 and u(p, 'birth') < 0.6, cast(day(birth_date) as integer), null) as birth_day,
            false as is_deleted, created_at as source_created_at, created_at + interval '20' day as source_updated_at,
            cast(null as varchar) as source_file_name, 'file-' || copy as _file_id, p as _line, 'load-1' as _load_id
        from record
    """,
    "int_identifiers": """
        select
            record_id, source, identifier_type, value as raw_value, value, cast(null as varchar) as extension, true as is_valid, cast(null as varchar) as invalid_reason,
            false as is_junk, false as is_shared, cast(1 as bigint) as holder_count, cast(null as varchar) as label, identifier_type = 'email' and copy = 2 as is_verified,
            created_at as first_seen_at
        from (
            select *, 'email' as identifier_type, if(u(record_id, 'other') < 0.1, 'second.' || email, email) as value from record where copy <= 2 or u(record_id, 'mail') < 0.5
            union all select *, 'phone', if(u(p, 'family') < 0.02, '+7900' || lpad(cast(p // 3 as varchar), 7, '0'), phone) from record where copy in (1, 3) and u(record_id, 'phone') < 0.7
            union all select *, 'user_id', 'U' || p from record where source in ('shopify', 'segment')
            union all select *, 'ga_client_id', 'ga.' || p from record where copy = 1 and u(p, 'browser') < 0.6
        )
    """,
    "int_events": """
        with drawn as (
            select
                person.p, n, person.p || '.' || n as key, u(person.p || '.' || n, 'kind') as kind, email, customer_id,
                timestamp '2026-01-01 05:00:00' - to_seconds(cast(floor(u(person.p || '.' || n, 'time') * 31536000 - if(n = 1 and person.p % 500 = 0, 31536000, 0)) as bigint)) as occurred_at
            from person, range(20) as times(n) where n < 20 * power(u(person.p, 'busy'), 0.95)
        ),
        named as (
            select *, case when kind < 0.42 then 'page_viewed' when kind < 0.55 then 'session_started' when kind < 0.66 then 'product_viewed' when kind < 0.7 then 'cart_updated'
                when kind < 0.82 then 'email_delivered' when kind < 0.9 then 'email_opened' when kind < 0.92 then 'email_clicked' else 'screen_viewed' end as event_name from drawn
        )
        select
            'e' || token(key, 'event') as event_id, if(kind between 0.7 and 0.92, 'esp', if(kind < 0.7, 'ga4', 'segment')) as source, event_name, occurred_at,
            cast(null as varchar) as record_id, case when kind between 0.7 and 0.92 then 'email' when kind < 0.7 then 'ga_client_id' else 'anonymous_id' end as subject_type,
            case when kind between 0.7 and 0.92 then email when kind < 0.7 then 'ga.' || p else 'a.' || p end as subject_value,
            case when kind between 0.7 and 0.92 then email when kind < 0.7 then 'ga.' || p else 'a.' || p end as value,
            if(kind > 0.92 or kind < 0.1, 'U' || p, null) as user_id, case when kind between 0.7 and 0.92 then 'email' when kind < 0.7 then 'web' else 'app' end as channel,
            if(kind between 0.5 and 0.55 or kind between 0.7 and 0.92, 'weekly ' || cast(n as varchar), null) as campaign,
            if(kind between 0.7 and 0.92, 'm' || key, null) as message_id, if(kind < 0.7, 'https://shop.example.com/catalogue/' || cast(p % 97 as varchar), null) as url,
            cast(null as decimal(18, 2)) as amount, cast(null as varchar) as currency,
            '{"session_id":"' || token(key, 'session') || '","device":"mobile","country":"Russia","utm_source":"google","utm_medium":"cpc"}' as properties,
            'file-e' as _file_id, cast(n as bigint) as _line, 'load-1' as _load_id
        from named
    """,
    "int_orders": """
        select
            'orders:order:' || record.p || '.' || n as order_id, record.source, 'order' as kind, record_id,
            timestamp '2026-01-01 04:00:00' - to_seconds(cast(floor(power(u(record.p || '.' || n, 'ordered'), 1.3) * 63000000) as bigint)) as ordered_at,
            if(u(record.p || '.' || n, 'paid') < 0.93, 'paid', 'cancelled') as status, if(language = 'ru', 'RUB', 'USD') as currency,
            cast(20 + 180 * u(record.p || '.' || n, 'amount') as decimal(18, 2)) as total_amount, cast(0 as decimal(18, 2)) as discount_amount,
            cast(null as decimal(18, 2)) as refunded_amount, cast(0 as decimal(18, 2)) as shipping_amount,
            if(u(record.p || '.' || n, 'promo') < 0.2, 'SALE', null) as promo_code, 'shop' as channel, city, cast(null as varchar) as failed_casts,
            'file-o' as _file_id, cast(n as bigint) as _line, 'load-1' as _load_id
        from record, range(6) as times(n) where copy = 1 and n < 6 * power(u(record.p, 'buys'), 2.2) - 0.5
    """,
    "int_order_lines": """
        select
            order_id, cast(line as bigint) as line_number, product.sku, product.name_en as product_name, product.category_en as category, cast(1 + line as decimal(18, 3)) as quantity,
            cast(total_amount / 2 as decimal(18, 2)) as unit_price, cast(0 as decimal(18, 2)) as discount_amount, cast(total_amount / 2 as decimal(18, 2)) as line_amount,
            'file-l' as _file_id, cast(line as bigint) as _line, 'load-1' as _load_id
        from intermediate.int_orders, range(2) as lines(line)
        join product on product.n = cast(floor(u(order_id || line, 'product') * (select count(*) from product)) as integer)
    """,
    "int_consent_events": """
        select
            'consent:' || token(record_id, kind) as consent_event_id, record_id, 'email' as identifier_type, email as raw_value,
            if(kind = 'personal', 'any', 'email') as channel, if(kind = 'personal', 'personal_data', 'marketing') as purpose,
            if(kind = 'no', 'withdrawn', 'granted') as action, if(kind = 'no', null, 'consent') as legal_basis,
            if(u(record_id, 'undated') < 0.001, null, created_at + if(kind = 'no', interval '90' day, interval '0' day)) as occurred_at,
            if(u(record_id, 'ends') < 0.05, created_at + interval '1100' day, null) as expires_at, if(kind = 'no', 'link', 'form') as method,
            '198.51.100.7' as ip, cast(null as varchar) as document, '{"form":"signup"}' as evidence, source, 'file-c' as _file_id, p as _line, 'load-1' as _load_id, email as value
        from record, (values ('personal', 0.7), ('yes', 0.6), ('no', 0.08)) as kinds(kind, share) where copy <= 2 and u(p, kind) < share
    """,
    "int_suppressions": """
        select
            'suppression:' || token(p, 'stop') as suppression_id, cast(null as varchar) as record_id, 'email' as identifier_type, email as raw_value, 'email' as channel,
            'hard_bounce' as reason, timestamp '2025-06-01' as occurred_at, 'esp' as source, 'file-s' as _file_id, p as _line, 'load-1' as _load_id, email as value
        from person where u(p, 'suppressed') < 0.01
    """,
    "int_reactions": """
        select event_id, if(u(event_id, 'machine') < 0.25, 'too_soon', null) as machine_rule from intermediate.int_events where event_name in ('email_opened', 'email_clicked')
    """,
}

IDENTITY = {
    "record_customers": "select record_id, customer_id, count(*) over (partition by customer_id) as cluster_size, 'score' as linked_by from record",
    "customers": """
        select customer_id, count(*) as record_count, timestamp '2026-01-01 06:00:00' as created_at, timestamp '2026-01-01 06:00:00' as changed_at
        from identity.record_customers group by customer_id
    """,
    "record_moves": "select record_id, customer_id, cast(1 as bigint) as run_number, timestamp '2026-01-01 06:00:00' as run_at from identity.record_customers",
    "customer_redirects": "select '' as old_customer_id, '' as customer_id, timestamp '2026-01-01' as redirected_at where false",
    "customer_events": """
        select customer_id, 'created' as event, cast(null as varchar) as other_customer_id, cast(1 as bigint) as run_number, created_at as run_at, 'records' as cause,
            cast(null as varchar) as evidence from identity.customers
    """,
}

# Of each hundred customers one changes: most by what they do, some by what is known of them, a few in who they are.
TOMORROW = (
    "create temp table moved as select *, p // 100 % 20 as turn from person where p % 100 = 7",
    """
    insert into intermediate.int_events by name
    select events.* replace ('n' || event_id as event_id, timestamp '2026-01-02 01:00:00' + to_seconds(p % 9000) as occurred_at)
    from intermediate.int_events as events join moved on events.value = 'ga.' || p where turn < 12
    """,
    """
    insert into intermediate.int_orders by name
    select orders.* replace ('n' || order_id as order_id, timestamp '2026-01-02 02:00:00' as ordered_at)
    from intermediate.int_orders as orders join record on orders.record_id = record.record_id join moved on record.p = moved.p where turn < 6
    """,
    """
    update intermediate.int_records set family_name = 'Примерова', family_name_key = 'примерова', source_updated_at = timestamp '2026-01-02'
    where record_id in (select record_id from record join moved on record.p = moved.p where turn = 12)
    """,
    """
    update intermediate.int_identifiers set value = '+7999' || right(value, 7) where identifier_type = 'phone'
        and record_id in (select record_id from record join moved on record.p = moved.p where turn = 13)
    """,
    """
    insert into intermediate.int_consent_events by name
    select events.* replace ('n' || consent_event_id as consent_event_id, 'withdrawn' as action, 'link' as method, timestamp '2026-01-02 03:00:00' as occurred_at)
    from intermediate.int_consent_events as events join record on events.record_id = record.record_id join moved on record.p = moved.p
    where turn = 14 and action = 'granted' and events.purpose = 'marketing'
    """,
    # Merges: the customer's records go to the neighbour's.
    """
    create temp table going as
    select record.record_id, person.customer_id from moved join record on record.p = moved.p join person on person.p = moved.p - 1 where turn = 15
    union all
    select record_id, 'c_' || token(record_id, 'apart') from record join moved on record.p = moved.p where turn = 16 and copy > 1
    """,
    "update identity.record_customers as known set customer_id = going.customer_id from going where known.record_id = going.record_id",
    """
    create or replace table identity.record_customers as
    select record_id, customer_id, count(*) over (partition by customer_id) as cluster_size, linked_by from identity.record_customers
    """,
    """
    create or replace table identity.customers as
    select customer_id, count(*) as record_count, coalesce(min(created_at), timestamp '2026-01-02 06:00:00') as created_at, timestamp '2026-01-02 06:00:00' as changed_at
    from identity.record_customers left join (select customer_id, created_at from identity.customers) as known using (customer_id) group by customer_id
    """,
    "insert into identity.record_moves select record_id, customer_id, 2, timestamp '2026-01-02 06:00:00' from going",
    """
    insert into identity.customer_redirects
    select moved.customer_id, person.customer_id, timestamp '2026-01-02 06:00:00' from moved join person on person.p = moved.p - 1 where turn = 15
    """,
)
