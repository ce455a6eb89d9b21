with

dated as (

    select records.birth_date, {{ written_name('records') }} as name
    from {{ ref('int_source_records') }} as records
    where records.birth_date is not null

),

-- First how many records, which is cheap; names are counted where they may matter.
frequent as (

    select birth_date, count(*) as record_count
    from dated
    group by birth_date
    having count(*) > 10

),

-- Even on the first of January no more people are born than ten times the average.
typical as (

    select greatest(10, least(0.01 * count(*), 50.0 * count(*) / count(distinct birth_date))) as most_names from dated

),

held as (

    select frequent.birth_date, any_value(frequent.record_count) as record_count, count(distinct dated.name) as name_count
    from frequent
    inner join dated on frequent.birth_date = dated.birth_date
    group by frequent.birth_date

),

placeholders as (

    select
        held.*,
        extract(month from held.birth_date) = 1 and extract(day from held.birth_date) = 1 as is_first_of_january
    from held
    cross join typical
    where held.name_count > typical.most_names

)

select
    birth_date,
    record_count,
    name_count,
    -- Several such first days of a year are years without a day, one is a default.
    is_first_of_january and count(*) filter (where is_first_of_january) over () >= 3 as is_year_known
from placeholders
