"""The statements behind `data`: words, people, their records as typed, and the tables that matching reads. Shares of flaws are those of the demo company."""

from pipelines.demo.mess import SHARES

# A list of words: how many there are, and how flat its top is (the commonest has 1 / (flat * ln(size / flat)) of all).
LISTS = {"given": (1_500, 4), "family": (30_000, 15), "city": (600, 2), "street": (1_000, 15)}

HEADS = """
create table head as
select *, row_number() over (partition by list, language, gender order by first_slot) - 1 as rank, count(*) over (partition by list, language, gender) as size
from (
    select 'given' as list, language, gender, key_of(given) as key, min(n) as first_slot from lex_given group by all
    union all
    select 'family', language, '', key_of(male), min(n) from lex_family group by all
    union all
    select 'city', language, '', key_of(city), min(n) from lex_city group by all
    union all
    select 'street', right(list, 2), '', key_of(value), min(n) from lex_word where list like 'street%' group by all
)
where key is not null
"""

# A rare word is the start of one and the end of another: `sokol` + `nikov`.
WORDS = f"""
create table word as
select starts.list, starts.language, starts.gender, places.rank, if(places.rank < starts.size, starts.key, left(starts.key, 4) || right(ends.key, 4)) as key
from ({" union all ".join(f"select '{name}' as list, unnest(range({size})) as rank" for name, (size, _) in LISTS.items())}) as places
join head as starts on starts.list = places.list and starts.rank = places.rank % starts.size
join head as ends on ends.list = starts.list and ends.language = starts.language and ends.gender = starts.gender
    and ends.rank = (places.rank + places.rank // starts.size * 31) % starts.size
"""


def ranked(name: str, key: str, purpose: str) -> str:
    """The rank of a word drawn from a list; the same key and purpose draw the same word."""
    size, flat = LISTS[name]
    return f"cast(floor({flat} * power({size / flat + 1}, u({key}, '{purpose}')) - {flat}) as bigint)"


def word(name: str, alias: str, rank: str, gender: str = "''") -> str:
    return f"join word as {alias} on {alias}.list = '{name}' and {alias}.language = people.language and {alias}.gender = {gender} and {alias}.rank = {rank}"


# A relative lives with the person before, under the same name.
DRAWN = f"""
create table drawn as
with

numbered as (

    select range as person, range % 2 = 1 and u(range, 'relative') < {SHARES["relative"]} as is_relative from range($people)

),

housed as (select person, is_relative, if(is_relative, person - 1, person) as household from numbered)

select
    person, household, is_relative or u(person + 1, 'relative') < {SHARES["relative"]} as has_family,
    if(u(household, 'language') < 0.6, 'ru', 'en') as language,
    if(u(person, 'gender') < 0.52, 'female', 'male') as gender,
    {ranked("given", "person", "given")} as given_rank, {ranked("given", "person", "father")} as father_rank,
    {ranked("family", "household", "family")} as family_rank, {ranked("family", "person", "maiden")} as maiden_rank,
    {ranked("city", "household", "city")} as city_rank, {ranked("street", "household", "street")} as street_rank,
    {ranked("street", "person", "old street")} as old_street_rank,
    date '1945-01-01' + cast(floor(u(person, 'birth') * 22000) as integer) as birth_date
from housed
"""

PERSON = f"""
create table person as
select
    people.person, people.household, people.language, people.gender, people.birth_date, people.has_family,
    given.key as given_name, family.key as family_name,
    if(people.gender = 'female' and u(people.person, 'was') < {SHARES["maiden"]}, maiden.key, family.key) as old_family_name,
    if(people.language = 'ru', father.key || if(people.gender = 'female', 'ovna', 'ovich'), father.key) as additional_name,
    city.key as locality, city.key || city.rank % 97 || '-' || cast(floor(u(household, 'zip') * (1 + 600 / (2 + city.rank))) as integer) as postal_code,
    street.key || cast(floor(1 + u(household, 'house') * 120) as integer) || 'n' || cast(floor(1 + u(household, 'flat') * 150) as integer) as home_street,
    if(u(people.person, 'moved') < {SHARES["moved"]}, old_street.key || cast(floor(1 + u(people.person, 'old house') * 900) as integer), home_street) as old_street
from drawn as people
{word("given", "given", "given_rank", "people.gender")}
{word("given", "father", "father_rank", "'male'")}
{word("family", "family", "family_rank")}
{word("family", "maiden", "maiden_rank")}
{word("city", "city", "city_rank")}
{word("street", "street", "street_rank")}
{word("street", "old_street", "old_street_rank")}
"""

# A taken address gets the next free number, as providers do.
EMAIL = f"""
create table email as
with

written as (

    select person, slot, u(person || '/' || slot, 'style') as style, u(person || '/' || slot, 'domain') as domain, given_name as g, family_name as f, birth_date
    from person cross join (values (1), (2)) as slots(slot)
    where slot = 1 or u(person, 'second e-mail') < {SHARES["second_email"]}

),

addressed as (

    select
        person, slot,
        case when style < 0.3 then g || '.' || f when style < 0.45 then left(g, 1) || f when style < 0.6 then f || strftime(birth_date, '%y')
            when style < 0.8 then g || left(f, 1) || strftime(birth_date, '%Y') when style < 0.9 then left(f, 3) || cast(floor(style * 1e7) as integer) % 90000
            else f || '_' || g end as local_part,
        case when domain < 0.5 then 'example.com' when domain < 0.75 then 'mail.example.com' when domain < 0.9 then 'example.org' else 'post.example.net' end as domain
    from written

),

counted as (select *, row_number() over (partition by local_part, domain order by person, slot) as taken from addressed)

select person, slot, local_part || if(taken > 1, cast(taken as varchar), '') || '@' || domain as email from counted
"""

PEOPLE = (DRAWN, PERSON, EMAIL, "drop table drawn")

# How many records a person has: one mostly, seldom nine. What changes on day 2 is drawn anew in one respect.
RECORDS = """
create table record as
with

copies as (

    select person, case when d < 0.4 then 1 when d < 0.65 then 2 when d < 0.8 then 3 when d < 0.89 then 4 when d < 0.95 then 5 when d < 0.985 then 6 else 9 end as copies
    from (select person, u(person, 'copies') as d from person)

),

numbered as (

    select person, copy, row_number() over (order by person, copy) as number
    from (select person, unnest(range(1, copies + 1)) as copy from copies)
    qualify number <= $total

),

dated as (select *, $day > 1 and u(number, 'changes') < $changed as has_changed, u(number, 'respect') as respect from numbered)

select
    person, copy, number, u(number, 'source') as source,
    number || if(has_changed and respect < 0.3, 'new', '') as name_draw,
    number || if(has_changed and respect between 0.3 and 0.6, 'new', '') as home_draw,
    number || if(has_changed and respect > 0.6, 'new', '') as contact_draw
from dated
where if($day = 1, u(number, 'comes') >= $new, u(number, 'goes') >= $gone)
"""

# A newsletter knows an e-mail and a first name at most, a shop what it delivers to, a loyalty card who holds it.
DRAWS = """
create table draws as
select
    *, u(name_draw, 'given') as g, u(name_draw, 'family') as f, u(name_draw, 'order') as o, u(name_draw, 'father') as a, u(name_draw, 'birth') as b,
    u(home_draw, 'home') as h, u(contact_draw, 'e-mail') as e, u(contact_draw, 'phone') as p, u(contact_draw, 'account') as i,
    case when source < 0.25 then 'news:subscriber' when source < 0.55 then 'shop:customer' when source < 0.75 then 'till:card' else 'crm:contact' end as system
from record
"""

TYPED_RECORDS = f"""
create table typed as
with

written as (

    select
        draws.*, person.*,
        system || ':' || left(md5(draws.number || ' record'), 14) as record_id, 'p' || draws.person as person_id,
        case when system = 'news:subscriber' and g < 0.35 or g < 0.03 then null
            when again(g, 101) < 0.015 then left(given_name, 1) when again(g, 11) < {SHARES["given_typo"]} then typo(given_name, again(g, 9973)) else given_name end as given,
        case when system = 'news:subscriber' and f < 0.5 or f < {SHARES["family_missing"]} then null
            when again(f, 11) < {SHARES["family_typo"]} then typo(family_name, again(f, 7919)) when again(f, 17) < 0.4 then old_family_name else family_name end as family,
        case when system = 'news:subscriber' or b < {SHARES["birth_missing"]} then 'none' when b < 0.37 then 'swapped' when b < 0.39 then 'year' when b < 0.41 then 'day'
            when b < 0.42 then 'slip' else 'full' end as birth_kind,
        system in ('shop:customer', 'crm:contact') and h < 0.7 as has_home
    from draws join person on draws.person = person.person

)

select
    record_id, person_id, person, household, has_family, language, system, e, p, i,
    if(o < {SHARES["swapped_names"]} and family is not null, family, given) as given_name_key,
    if(o < {SHARES["swapped_names"]} and given is not null, given, family) as family_name_key,
    if(system in ('crm:contact', 'till:card') and a > {SHARES["patronymic_missing"]}, additional_name, null) as additional_name_key,
    case birth_kind when 'full' then birth_date when 'slip' then birth_date + cast(1 + floor(again(b, 997) * 9) as integer)
        when 'swapped' then if(day(birth_date) <= 12, make_date(year(birth_date), day(birth_date), month(birth_date)), birth_date) end as birth_date,
    if(birth_kind in ('year', 'day'), birth_kind, '') as birth_part, birth_date as born,
    if(again(a, 13) < 0.6, gender, null) as gender,
    if(has_home, if(again(h, 31) < 0.45, old_street, home_street), null) as street_key,
    if(has_home or again(h, 7) < 0.2, locality, null) as locality_key,
    if(has_home and again(h, 19) < 0.8, postal_code, null) as postal_code
from written
"""

NUMBER = "if(language = 'ru', '+79', '+120') || lpad(cast((({}) * 4 + {}) * 7368787 % 1000000000 as varchar), 9, '0')"

# Offices are few: each number is shared by thousands of a million records.
HELD = f"""
create table held as
select typed.record_id, 'email' as identifier_type,
    case when again(e, 19) < {SHARES["email_junk"]} then 'test@test.test' when again(e, 23) < {SHARES["email_typo"]} then typo(split_part(email, '@', 1), again(e, 7)) || '@' || split_part(email, '@', 2)
        else email end as value
from typed join email on typed.person = email.person and email.slot = if(again(e, 13) < {SHARES["email_other"]}, 2, 1)
where system = 'news:subscriber' or e < 0.65
union all
select record_id, 'phone',
    case when again(p, 29) < {SHARES["phone_junk"]} then '+79999999999' when again(p, 31) < {SHARES["phone_of_office"]} then '+749500000' || cast(floor(u(person, 'office') * 9) as integer)
        when has_family and again(p, 37) < {SHARES["phone_of_family"]} then {NUMBER.format("household", 3)} when again(p, 41) < {SHARES["phone_other"]} then {NUMBER.format("person", 2)}
        else {NUMBER.format("person", 1)} end
from typed where system <> 'news:subscriber' and p < 0.75
union all
select record_id, 'loyalty_card', '2980' || lpad(cast(person * 736878713 % 1000000000 as varchar), 9, '0') from typed where system = 'till:card' and i < 0.8
union all
select record_id, 'user_id', 'U' || person from typed where system = 'shop:customer' and i < 0.4
union all
select record_id, 'national_id', lpad(cast(person * 7368787 % 100000000000 as varchar), 11, '0') from typed where system = 'crm:contact' and i < 0.05
"""

TYPED = (DRAWS, "drop table record", TYPED_RECORDS, "drop table draws", HELD, "drop table email", "drop table person")

# In words of the models: shared is what more than five names hold, binding is the id of an account.
TABLES = {
    "int_records": """
        select
            record_id, given_name_key, given_name_key as given_key, family_name_key, additional_name_key, birth_date,
            cast(case birth_part when 'year' then year(born) when '' then year(birth_date) end as bigint) as birth_year,
            cast(case birth_part when 'day' then month(born) when '' then month(birth_date) end as bigint) as birth_month,
            cast(case birth_part when 'day' then day(born) when '' then day(birth_date) end as bigint) as birth_day,
            gender, street_key, locality_key, postal_code
        from typed order by record_id
    """,
    "int_identifiers": """
        with

        holders as (

            select
                identifier_type, value,
                greatest(count(distinct coalesce(given_name_key, '') || ' ' || family_name_key), count(distinct nullif(given_name_key, ''))) > 5 as is_shared
            from held join typed on held.record_id = typed.record_id group by all

        )

        select
            held.record_id, held.identifier_type, held.value, true as is_valid,
            held.value in ('test@test.test', '+79999999999') as is_junk, holders.is_shared
        from held join holders on held.identifier_type = holders.identifier_type and held.value = holders.value
        order by held.record_id
    """,
    "int_links": """
        select first_id as left_record_id, record_id as right_record_id, 'same_user_id' as reason
        from (select record_id, min(record_id) over (partition by value) as first_id from held where identifier_type = 'user_id')
        where first_id <> record_id order by left_record_id, right_record_id
    """,
}
