"""What is true: which record is whose, what people are called, and whether they may be written to."""

from pathlib import Path

from pipelines.demo.files import Company

# A subscriber is known by the hash of the address, as Mailchimp itself does it.
# Visitors who signed in make a record of their own in the counter that saw them.
RECORDS = """
select if(system = 'mailchimp:subscriber', system || ':' || md5(source_key), record_id) as record_id, person_id from account where not is_merged_away
union all
select distinct counter || ':user:' || visit.user_id, person.person_id from visit join person using (person) where visit.user_id is not null
"""

PEOPLE = """
select person_id, given as given_name, family as family_name, patronymic as additional_name, gender, birth_date, emails, phones, city as locality, language
from person join (select person, array_agg(email order by slot) as emails from person_email group by person) using (person)
join (select person, array_agg(phone order by slot) as phones from person_phone group by person) using (person)
"""

# Every true value with the time it was true; no end: it still is. Of several e-mails or phones each is right.
ATTRIBUTES = """
with values_of as (
    select person, unnest([
        ('given_name', given), ('family_name', family), ('additional_name', patronymic), ('gender', gender), ('birth_date', cast(birth_date as varchar)),
        ('street', street), ('locality', city), ('region', region), ('postal_code', zip), ('country_code', if(language = 'ru', 'RU', 'US')),
        ('language', language), ('company', company), ('job_title', job)]) as pair from person
)
select person_id, pair[1] as attribute, pair[2] as value,
    case when attribute = 'family_name' and maiden_family is not null or attribute = 'street' and old_street is not null then changed_at end as since,
    cast(null as timestamp) as until
from values_of join person using (person) where pair[2] is not null
union all
select person_id, 'family_name', maiden_family, null, changed_at from person where maiden_family <> family
union all
select person_id, 'street', old_street, null, changed_at from person where old_street <> street
union all
select person_id, 'email', email, null, if(is_left, changed_at, null) from person_email join person using (person)
union all
select person_id, 'phone', phone, null, null from person_phone join person using (person)
"""

CONSENTS = """
select person_id, 'email' as channel, 'marketing' as purpose, if(withdrawn_at is null, 'granted', 'withdrawn') as state, coalesce(withdrawn_at, granted_at) as since from consent join person using (person) where granted_at is not null
union all
select person_id, 'any', 'personal_data', 'granted', min(created_at) from account left join consent using (person)
where (system = 'bitrix24:contact' or system = 'hubspot:contact' and granted_at is not null) and not is_merged_away group by person_id
union all
select person_id, coalesce(channel, 'any'), purpose, arg_max(action, said_at), max(said_at) from said join person using (person) group by all
"""


def write(company: Company, folder: Path) -> None:
    """records, people, attributes and consents, as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, query in (("records", RECORDS), ("people", PEOPLE), ("attributes", ATTRIBUTES), ("consents", CONSENTS)):
        path = folder / f"{name}.parquet"
        company.con.execute(f"copy (select * from ({query}) order by all) to '{path}' (format parquet, compression zstd)")
        company.stamp(path)
