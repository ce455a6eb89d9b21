with

written as (

    select records.record_id, {{ written_name('records') }} as name
    from {{ ref('int_source_records') }} as records

),

names as (

    select name, count(*) as record_count
    from written
    where name is not null
    group by name

),

totals as (

    select sum(record_count) as record_count, count(*) as name_count from names

),

-- One name of a list is hardly ever more than a twentieth of it, a whole one never a hundredth. What else is asked only of names that may matter.
very_frequent as (

    select names.*
    from names
    cross join totals
    where names.record_count > 10 and names.record_count > totals.record_count * if(contains(names.name, ' '), 0.01, 0.05)

),

words as (

    select name, unnest(string_split(name, ' ')) as word from very_frequent

),

-- People may be called so, however many are.
true_names as (

    select distinct words.name
    from words
    inner join {{ ref('int_given_names') }} as given_names on {{ name_key('words.word') }} = given_names.name_key

),

-- But not so many of them, if few others bear the one part or the other: so many would by chance.
borne_by_others as (

    select words.name, words.word, coalesce(sum(others.record_count), 0) as record_count
    from words
    left join (select name, record_count, unnest(string_split(name, ' ')) as word from names) as others
        on words.word = others.word and words.name <> others.name
    group by words.name, words.word

),

by_chance as (

    select borne_by_others.name, exp(sum(ln(greatest(borne_by_others.record_count, 1) / totals.record_count))) * any_value(totals.record_count) as record_count
    from borne_by_others
    cross join totals
    group by borne_by_others.name

),

-- Nor where all names of a list are few, as those of a test system.
believed as (

    select true_names.name
    from true_names
    inner join very_frequent on true_names.name = very_frequent.name
    inner join by_chance on true_names.name = by_chance.name
    cross join totals
    where not contains(true_names.name, ' ')
        or very_frequent.record_count <= greatest(10 * by_chance.record_count, 20.0 * totals.record_count / totals.name_count)

),

-- A person with many records has few addresses.
held as (

    select
        very_frequent.name,
        any_value(very_frequent.record_count) as record_count,
        count(distinct identifiers.value) as contact_count,
        count(*) as held_count,
        any_value(true_names.name) is not null as is_true
    from very_frequent
    inner join written on very_frequent.name = written.name
    inner join {{ ref('int_identifier_values') }} as identifiers on written.record_id = identifiers.record_id
    left join true_names on very_frequent.name = true_names.name
    left join believed on very_frequent.name = believed.name
    where identifiers.identifier_type in ('email', 'phone') and identifiers.is_valid and believed.name is null
    group by very_frequent.name

)

select name, record_count, contact_count
from held
where contact_count > 10 and (not is_true or contact_count > 0.5 * held_count)
