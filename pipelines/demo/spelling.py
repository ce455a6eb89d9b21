"""How what a system knows of a person was typed: slips, swapped and missing names, junk, and phones in many spellings.

The shares come from `mess`; dates stay dates here, as every system prints them in its own way.
"""

import duckdb

from pipelines.demo import mess
from pipelines.demo.mess import SHARES


def _within(variable: str, *cases: tuple[float, str]) -> str:
    """A CASE over one draw: each value takes its share, in turn; null for the rest."""
    edge, parts = 0.0, []
    for share, value in cases:
        edge += share
        parts.append(f"when {variable} < {edge:.6f} then {value}")
    return "case " + " ".join(parts) + " end"


def _junk(values: tuple[str, ...]) -> str:
    return "split_part('" + "|".join(values) + f"', '|', 1 + cast(floor(again(v, 101) * {len(values)}) as int))"


SPELLED = f"""
create table spelled as
with named as (
    select *,
        if(again(n, 11) < {SHARES["diminutive"]}, short, given) as given_text,
        if(created_at < changed_at, coalesce(maiden_family, family), family) as family_text,
        language = 'ru' and l < latin_share as is_latin,
        cast(floor(u(person, 'office') * $offices) as int) as office
    from known
),
slipped as (
    select *,
        if(s < {SHARES["given_typo"]}, typo(given_text, again(s, 9973)), given_text) as given_slip,
        if(again(s, 17) < {SHARES["family_typo"]}, typo(family_text, again(s, 7919)), family_text) as family_slip,
        if(again(n, 29) < {SHARES["patronymic_missing"]}, null, patronymic) as patronymic_text
    from named
),
written as (
    select *,
        if(is_latin, latin(given_slip, again(l, 1009)), given_slip) as given_out,
        if(is_latin, latin(family_slip, again(l, 1009)), family_slip) as family_out,
        again(n, 53) < {SHARES["swapped_names"]} and copy = 1 as is_swapped
    from slipped
)
select *,
    if(is_swapped, family_out, given_out) as first_name,
    if(again(n, 71) < {SHARES["family_missing"]}, null, if(is_swapped, given_out, family_out)) as last_name,
    if(is_latin, latin(patronymic_text, again(l, 1009)), patronymic_text) as middle_name,
    case when not shows_email then null
        when system = 'mailchimp:subscriber' then if(copy = 2 or (other_email is not null and has_hub and again(e, 13) < {
    SHARES["email_other"]
}), coalesce(other_email, main_email), main_email)
        else coalesce(if(is_before_new_email and shows_phone and again(e, 23) < {SHARES["email_left_held"]}, other_email, null), {
    _within(
        "again(e, 19)",
        (SHARES["email_junk"], f"if(shows_phone and system != 'shopify:customer', {_junk(mess.JUNK_EMAILS)}, null)"),
        (SHARES["email_typo"], "if(shows_phone, typo(main_email[:strpos(main_email, '@') - 1], again(e, 7)) || main_email[strpos(main_email, '@'):], null)"),
        (SHARES["email_other"], "if(shows_phone, other_email, null)"),
    )
}, main_email) end as email_value,
    case when not shows_phone and shows_email then null
        else coalesce({
    _within(
        "again(f, 19)",
        (SHARES["phone_junk"], f"if(shows_email, {_junk(mess.JUNK_PHONES)}, null)"),
        (
            SHARES["phone_of_office"],
            "if(shows_email, if(language = 'ru', '+7495' || (1000000 + office * 137 + 11), '+1212555' || lpad(cast(office % 10000 as varchar), 4, '0')), null)",
        ),
        (SHARES["phone_of_family"], "if(shows_email or u(person, 'no phone of her own') < 0.3, family_phone, null)"),
        (SHARES["phone_other"], "if(shows_email, other_phone, null)"),
    )
}, main_phone) end as phone_value,
    {
    _within("b", (SHARES["birth_missing"], "null"), (SHARES["birth_swapped"], "'swapped'"), (SHARES["birth_year_only"], "'year'"), (1, "'full'"))
} as birth_kind,
    if(created_at < changed_at, coalesce(old_street, street), street) as street_text
from written
"""

# Last, how it was typed: the same phone in eight spellings, the same e-mail in capitals.
RECORD = f"""
create table record as
with typed as (
    select *,
        split_part(system, ':', 1) as source, split_part(system, ':', 2) as entity,
        case birth_kind when 'swapped' then if(day(birth_date) <= 12, make_date(year(birth_date), day(birth_date), month(birth_date)), birth_date) when 'full' then birth_date end as birth_text,
        case when birth_kind = 'year' then year(birth_date) end as birth_year_text,
        again(v, 211) as es, again(v, 307) as ps, regexp_matches(phone_value, '^[+]7[0-9]{{10}}$') as is_ru, regexp_matches(phone_value, '^[+]1[0-9]{{10}}$') as is_us,
        phone_value[3:5] as p1, phone_value[6:8] as p2, phone_value[9:10] as p3, phone_value[11:12] as p4
    from spelled
)
select * exclude (e, f, n, s, h, b, l, es, ps, p1, p2, p3, p4),
    case when email_value is null or not contains(email_value, '@example') and not contains(email_value, '.example') then email_value
        when es < {SHARES["email_upper"]} then if(again(es, 40) < 0.5, upper(email_value), upper(email_value[1]) || email_value[2:])
        when es < {SHARES["email_upper"] + SHARES["email_spaces"]} then ' ' || email_value || if(again(es, 40) < 0.5, ' ', '')
        when es < {SHARES["email_upper"] + SHARES["email_spaces"] + SHARES["email_tagged"]} then replace(email_value, '@', '+ladya@')
        else email_value end as email_text,
    case when is_ru then case
            when ps < 0.25 then phone_value when ps < 0.40 then '8 (' || p1 || ') ' || p2 || '-' || p3 || '-' || p4 when ps < 0.52 then '+7 (' || p1 || ') ' || p2 || '-' || p3 || '-' || p4
            when ps < 0.64 then '8' || p1 || p2 || p3 || p4 when ps < 0.76 then '7' || p1 || p2 || p3 || p4 when ps < 0.84 then '+7 ' || p1 || ' ' || p2 || ' ' || p3 || ' ' || p4
            when ps < 0.90 then '8-' || p1 || '-' || p2 || '-' || p3 || '-' || p4 when ps < 1 - {SHARES["phone_extension"]} or p1 != '495' then '+7' || p1 || p2 || p3 || p4 else '+7 (' || p1 || ') ' || p2 || '-' || p3 || '-' || p4 || ' доб. 12' end
        when is_us then case
            when ps < 0.25 then phone_value when ps < 0.55 then '(' || p1 || ') ' || p2 || '-' || p3 || p4 when ps < 0.70 and source in ('hubspot', 'shopify', 'mailchimp') then p1 || '-' || p2 || '-' || p3 || p4
            when ps < 0.85 then '+1 ' || p1 || ' ' || p2 || ' ' || p3 || p4 when ps < 1 - {SHARES["phone_extension"]} then '1-' || p1 || '-' || p2 || '-' || p3 || p4 else '+1 (' || p1 || ') ' || p2 || '-' || p3 || p4 || ' ext. 7' end
        else phone_value end as phone_text
from typed
"""


def create(con: duckdb.DuckDBPyConnection, people: int) -> None:
    """Turns `known` into record, one row per record as typed."""
    con.execute(SPELLED, {"offices": people // 300 + 1})
    con.execute(RECORD)
    con.execute("drop table known; drop table spelled")
