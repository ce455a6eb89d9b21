-- Random ledgers of $people people, each in three worlds: every record alone (a), all records merged (m), and parted again otherwise (s).
-- `u` is a number in 0..1 that depends on its arguments alone, so that each run makes the same histories.
create macro u(a, b, c) as (hash(a * 1000003 + b * 1009, c) % 1000000) / 1000000.0;
create macro pick(values, a, b, c) as values[1 + cast(floor(u(a, b, c) * len(values)) as bigint)];

create temp table world as select unnest(['a', 'm', 's']) as world;

create temp table record as
select world, person, r, world || ':' || person || ':' || r as record_id,
    world || ':' || person || case world when 'a' then ':' || r when 'm' then '' else ':' || (r % 2) end as customer_id
from world, range($people) as p(person), (values (1), (2), (3)) as n(r)
where r = 1 or u(person, r, 'has record') < 0.5;

-- Some records share the address of the person's first one, a few that of the neighbour.
create temp table held as
select world, person, r, record_id, customer_id, kind,
    world || ':' || kind || ':' || case
        when u(person, r, kind || ' of neighbour') < 0.1 then (person // 2) * 2 || ':1'
        when u(person, r, kind || ' of first') < 0.5 then person || ':1'
        else person || ':' || r end as value
from record, (values ('email', 0.95), ('phone', 0.7), ('telegram', 0.2), ('vk_id', 0.1), ('web_push', 0.1)) as k(kind, share)
where u(person, r, 'has ' || kind) < share;

create temp table word as
with drawn as (
    select person, n, 1 + cast(floor(u(person, n, 'record') * 3) as bigint) as r,
        case when u(person, n, 'purpose') < 0.55 then 'marketing' when u(person, n, 'purpose') < 0.65 then 'ads_matching' else 'personal_data' end as purpose,
        pick(['email', 'email', 'email', 'email', 'sms', 'sms', 'phone', 'phone', 'messenger', 'messenger', 'web_push', 'any', 'any', 'any', 'any'], person, n, 'channel') as channel,
        pick(['granted', 'granted', 'granted', 'granted', 'granted', 'granted', 'granted', 'confirmed', 'confirmed', 'confirmed', 'withdrawn', 'withdrawn', 'objected', 'expired'], person, n, 'action') as action,
        pick(['consent', 'consent', 'consent', 'consent', null, null, 'contract', 'legitimate_interest', 'other'], person, n, 'basis') as basis,
        pick(['double_opt_in', 'double_opt_in', 'link', 'form', 'lead_form', 'checkout', 'crm_entry', 'crm_entry', 'import', 'telepathy', null], person, n, 'method') as method,
        pick(['email', 'email', 'email', 'email', 'phone', 'phone', 'telegram', 'telegram', 'vk_id', 'vk_id', 'web_push', null, null, null, null], person, n, 'kind') as kind,
        if(u(person, n, 'undated') < 0.03, null, timestamp '2025-01-01' + interval '1' day * cast(floor(u(person, n, 'day') * 42) as integer)) as said_at,
        if(u(person, n, 'limited') < 0.15, timestamp '2025-01-01' + interval '1' day * cast(floor(u(person, n, 'until') * 60) as integer), null) as ends_at,
        u(person, n, 'anonymous') < 0.15 as is_anonymous
    from range($people) as p(person), range(10) as e(n)
    where n < 1 + u(person, 0, 'events') * 9
),
-- Every tenth word is told twice, as exports do.
told as (
    select *, '' as again from drawn
    union all
    select *, '+' from drawn where u(person, n, 'twice') < 0.1
)
select record.world, told.person, record.world || ':' || told.person || ':' || n || again as id,
    if(is_anonymous and held.value is not null, null, record.record_id) as record_id, record.customer_id,
    held.kind, held.value, purpose, if(purpose = 'marketing', channel, 'any') as channel, action, basis, said_at, ends_at, method,
    is_anonymous and held.value is not null as is_anonymous
from told
join record on told.person = record.person and told.r = record.r
left join held on record.record_id = held.record_id and told.kind = held.kind;

create schema if not exists intermediate; create schema if not exists identity; create schema if not exists marts; create schema if not exists seeds;
create table identity.record_customers as select record_id, customer_id from record;
create table marts.customers as select distinct customer_id from record;
create table intermediate.int_identifiers as select record_id, kind as identifier_type, value, true as is_valid, false as is_junk from held;
create table marts.customer_identifiers as
select customer_id, kind as identifier_type, value, true as is_valid, false as is_junk, false as is_shared, row_number() over (partition by customer_id, kind order by hash(value)) = 1 as is_primary
from (select distinct customer_id, kind, value from held);
create table intermediate.int_consent_events as
select id as consent_event_id, record_id, kind as identifier_type, value as raw_value, value, channel, purpose, action, basis as legal_basis, said_at as occurred_at,
    ends_at as expires_at, method, cast(null as varchar) as ip, cast(null as varchar) as document, cast(null as varchar) as evidence, 'test' as source,
    'f' as _file_id, cast(1 as bigint) as _line, 'l' as _load_id
from word order by hash(id);
create table intermediate.int_events (subject_type varchar);
create table intermediate.int_suppressions as
select 's:' || value as suppression_id, cast(null as varchar) as record_id, kind as identifier_type, value as raw_value, value,
    unnest(if(kind = 'email', ['email'], ['sms', 'phone'])) as channel, 'hard_bounce' as reason, timestamp '2025-01-05' as occurred_at, 'test' as source
from (select distinct kind, value, person from held where kind in ('email', 'phone')) where u(person, 0, 'bounced') < 0.05;
create table seeds.consent_methods as from read_csv($methods, types = {'proof': 'integer'});
create table seeds.consent_purposes as select * from (values
    ('marketing', 'email', false, false, true, 1, 25, 'consent'),
    ('marketing', 'sms', false, false, false, 1, cast(null as integer), 'basis'),
    ('marketing', 'phone', false, false, true, 2, 15, 'none'),
    ('marketing', 'messenger', false, false, false, 1, null, 'consent'),
    ('marketing', 'web_push', false, false, false, 1, null, 'consent'),
    ('ads_matching', 'any', false, false, true, 2, 30, 'consent'),
    ('personal_data', 'any', true, true, true, 1, 35, null)
) as t(purpose, channel, accepts_contract, accepts_legitimate_interest, accepts_unnamed_channel, least_proof, expires_after_days, processing_needed);
