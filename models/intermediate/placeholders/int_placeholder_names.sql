with

written as (

    select records.record_id, {{ written_name('records') }} as name
    from {{ ref('int_source_records') }} as records

),

-- First how many records, which is cheap; what else is asked only of names that may matter.
frequent as (

    select name, count(*) as record_count
    from written
    where name is not null
    group by name
    having count(*) > 10

),

-- One name of a list is hardly ever more than a twentieth of it, a whole one never a hundredth.
very_frequent as (

    select *
    from frequent
    where record_count > (select count(name) from written) * if(contains(name, ' '), 0.01, 0.05)

),

-- People may be called so, however many are.
words as (

    select name, unnest(string_split(name, ' ')) as word from very_frequent

),

true_names as (

    select distinct words.name
    from words
    inner join {{ ref('int_given_names') }} as given_names on {{ name_key('words.word') }} = given_names.name_key

),

-- A person with many records has few addresses.
held as (

    select
        very_frequent.name,
        any_value(very_frequent.record_count) as record_count,
        count(distinct identifiers.value) as contact_count
    from very_frequent
    inner join written on very_frequent.name = written.name
    inner join {{ ref('int_identifier_values') }} as identifiers on written.record_id = identifiers.record_id
    left join true_names on very_frequent.name = true_names.name
    where identifiers.identifier_type in ('email', 'phone') and identifiers.is_valid and true_names.name is null
    group by very_frequent.name

)

select name, record_count, contact_count
from held
where contact_count > 10
