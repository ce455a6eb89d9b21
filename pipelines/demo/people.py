"""Who the customers really are: names, families, homes, addresses of e-mail and phones. No mess here; `records` makes that."""

import duckdb

from pipelines.demo.mess import SHARES
from pipelines.demo.places import AREA_CODES_EN

ORIGIN = f"case when u(person, 'namesake') < {SHARES['namesake']} and person > 0 then cast(floor(u(person, 'namesake of') * person) as bigint) else person end"

# A relative lives with the person before; a namesake draws its name with somebody else's dice.
DRAWN = f"""
create table drawn as
with numbered as (select range as person from range($people)),
related as (
    select
        person,
        {ORIGIN} as own_origin,
        case when person % 2 = 1 and u(person, 'relative') < {SHARES["relative"]} then person - 1 end as head,
        case when u(person, 'relation') < 0.5 then 'spouse' when u(person, 'relation') < 0.8 then 'child' when u(person, 'relation') < 0.93 then 'junior' else 'twin' end as relation
    from numbered
),
headed as (
    select related.person, related.head, case when related.head is not null then related.relation end as relation, related.own_origin, coalesce(heads.own_origin, related.own_origin) as family_origin
    from related left join related as heads on heads.person = related.head
),
sexed as (
    select *, case when u(family_origin, 'language') < 0.6 then 'ru' else 'en' end as language, case when u(family_origin, 'gender') < 0.52 then 'female' else 'male' end as head_gender
    from headed
)
select
    person, head, relation, language, own_origin, family_origin,
    case relation when 'spouse' then if(head_gender = 'male', 'female', 'male') when 'junior' then head_gender when 'child' then if(u(person, 'gender') < 0.5, 'female', 'male')
        when 'twin' then if(u(person, 'gender') < 0.5, 'female', 'male') else head_gender end as gender,
    cast(floor(u(family_origin, 'family') * 4096) as int) as family_n,
    cast(floor(u(case when relation = 'junior' then family_origin else own_origin end, 'given') * 4096) as int) as given_n,
    case when relation in ('child', 'junior') and head_gender = 'male' then cast(floor(u(family_origin, 'given') * 4096) as int)
        else cast(floor(u(case when relation = 'twin' then family_origin else own_origin end, 'father') * 4096) as int) end as father_n,
    cast(floor(u(case when relation = 'spouse' then person else family_origin end, 'maiden') * 4096) as int) as maiden_n,
    coalesce(head, person) as household
from sexed
"""

PERSON = f"""
create table person as
with dated as (
    -- those with children here were born before 1980
    select *, max(relation in ('child', 'junior')) over (partition by household) as has_children,
        date '1945-01-01' + cast(floor(u(household, 'birth') * if(has_children, 12500, 22000)) as int) as head_birth
    from drawn
)
select
    dated.person, 'p' || lpad(cast(dated.person as varchar), 7, '0') as person_id, dated.head, dated.relation, dated.household, dated.language, dated.gender,
    given.given, given.short,
    if(dated.gender = 'female', father.daughter, father.son) as patronymic,
    if(dated.gender = 'female', family.female, family.male) as family,
    case when dated.gender = 'female' and u(dated.person, 'was') < {SHARES["maiden"]} then maiden.female end as maiden_family,
    cast(case dated.relation
        when 'twin' then head_birth
        when 'spouse' then head_birth + cast(u(dated.person, 'birth') * 3000 - 1500 as int)
        when 'child' then head_birth + cast(7300 + u(dated.person, 'birth') * 2500 as int)
        when 'junior' then head_birth + cast(8000 + u(dated.person, 'birth') * 2500 as int)
        else head_birth end as date) as birth_date,
    city.city, city.region, city.zip || lpad(cast(cast(floor(u(dated.household, 'zip') * 10 ** (if(dated.language = 'ru', 3, 2))) as int) as varchar), if(dated.language = 'ru', 3, 2), '0') as zip,
    case when dated.language = 'ru' then 'ул. ' || street.value || ', д. ' || cast(1 + floor(u(dated.household, 'house') * 120) as int) || ', кв. ' || cast(1 + floor(u(dated.household, 'flat') * 150) as int)
        else cast(1 + floor(u(dated.household, 'house') * 2400) as int) || ' ' || street.value || ' St' end as street,
    case when u(dated.person, 'moved') < {SHARES["moved"]} then case when dated.language = 'ru' then 'ул. ' || old_street.value || ', д. ' || cast(1 + floor(u(dated.person, 'old house') * 90) as int)
        else cast(1 + floor(u(dated.person, 'old house') * 900) as int) || ' ' || old_street.value || ' Ave' end end as old_street,
    company.value as company, job.value as job,
    -- a third came within the window that the events cover
    $end_at - to_seconds(cast(if(u(dated.person, 'recent') < 0.33, u(dated.person, 'registered') * ($days - 1), $days + u(dated.person, 'registered') * 700) * 86400 + 7200 as bigint)) as registered_at,
    -- a new family name, home or address of e-mail is known from then on: records made before hold the old one
    registered_at + to_seconds(cast((0.05 + 0.4 * u(dated.person, 'changes')) * date_diff('second', registered_at, $end_at) as bigint)) as changed_at,
    'LD' || lpad(cast((dated.person * 7368787 + 1234567) % 10000000 as varchar), 7, '0') as user_id,
    '2980' || lpad(cast((dated.person * 736878713 + 91234567) % 1000000000 as varchar), 9, '0') as card
from dated
join lex_given as given on given.language = dated.language and given.gender = dated.gender and given.n = dated.given_n
join lex_given as father on father.language = dated.language and father.gender = 'male' and father.n = dated.father_n
join lex_family as family on family.language = dated.language and family.n = dated.family_n
join lex_family as maiden on maiden.language = dated.language and maiden.n = dated.maiden_n
join lex_city as city on city.language = dated.language and city.n = cast(floor(u(dated.household, 'city') * 4096) as int)
join lex_word as street on street.list = 'street_' || dated.language and street.n = cast(floor(u(dated.household, 'street') * 4096) as int)
join lex_word as old_street on old_street.list = 'street_' || dated.language and old_street.n = cast(floor(u(dated.person, 'old street') * 4096) as int)
join lex_word as company on company.list = 'company_' || dated.language and company.n = cast(floor(u(dated.person, 'company') * 4096) as int)
join lex_word as job on job.list = 'job_' || dated.language and job.n = cast(floor(u(dated.person, 'job') * 4096) as int)
"""

# A taken address gets the next free number, as providers do.
EMAIL = f"""
create table person_email as
with slots as (
    select person.*, slot, u(person.person || '/' || slot, 'style') as style, u(person.person || '/' || slot, 'domain') as d,
        regexp_replace(lower(casual(given)), '[^a-z]', '', 'g') as g, regexp_replace(lower(casual(family)), '[^a-z]', '', 'g') as f, nickname.value as nick
    from person cross join (values (1), (2)) as s(slot)
    join lex_word as nickname on nickname.list = 'nickname' and nickname.n = cast(floor(u(person.person || '/' || slot, 'nick') * 4096) as int)
    where slot = 1 or u(person.person, 'second e-mail') < {SHARES["second_email"]}
),
written as (
    select person, slot,
        case when style < 0.30 then g || '.' || f when style < 0.45 then left(g, 1) || f when style < 0.6 then f || strftime(birth_date, '%y')
            when style < 0.75 then g || left(f, 1) || strftime(birth_date, '%Y') when style < 0.87 then nick || '.' || left(g, 3) || strftime(birth_date, '%d') else f || '_' || g end as local,
        case when d < 0.45 then 'example.com' when d < 0.65 then 'mail.example.com' when d < 0.78 then 'example.org' when d < 0.9 then 'example.net' when d < 0.97 then 'inbox.example.net'
            when d < 0.995 or language = 'en' then 'post.example.org' else 'почта.example.com' end as domain
    from slots
),
counted as (
    select *, row_number() over (partition by local, domain order by person, slot) as taken from written
)
select person, slot, local || if(taken > 1, cast(taken as varchar), '') || '@' || domain as email,
    slot = 2 and u(person, 'left e-mail') < {SHARES["email_left"]} as is_left
from counted
"""

PHONE = f"""
create table person_phone as
with ranked as (
    select person, language, row_number() over (partition by language order by person) as rank from person
)
select ranked.person, slot,
    case when language = 'ru' then '+7' || area.value || lpad(cast(((rank * 2 + slot) * 7368787 + 1000) % 10000000 as varchar), 7, '0')
        else '+1' || split_part($area_codes, ' ', cast(((rank * 2 + slot) * 7919 % ($area_count * 10000)) // 10000 as int) + 1) || '555' || lpad(cast((rank * 2 + slot) * 7919 % 10000 as varchar), 4, '0') end as phone
from ranked cross join (values (1), (2)) as s(slot)
join lex_word as area on area.list = 'area_ru' and area.n = cast(floor(u(ranked.person || '/' || slot, 'area') * 4096) as int)
where slot = 1 or u(ranked.person, 'second phone') < {SHARES["second_phone"]}
"""


def create(con: duckdb.DuckDBPyConnection, people: int, days: int, end_at) -> None:
    """Creates person, person_email (slots 1 and 2) and person_phone (slots 1 and 2)."""
    con.execute(DRAWN, {"people": people})
    con.execute(PERSON, {"days": days, "end_at": end_at})
    con.execute(EMAIL)
    con.execute(PHONE, {"area_codes": " ".join(AREA_CODES_EN), "area_count": len(AREA_CODES_EN)})
