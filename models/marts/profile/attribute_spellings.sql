with

candidates as (

    select * from {{ ref('attribute_candidates') }}

),

-- In full and letter for letter, which neither a diminutive nor a transliteration nor a slip of the finger is.
formal_names as (

    select lower(given_name) as name from {{ ref('given_names') }}
    union
    select replace(lower(given_name), 'ё', 'е') from {{ ref('given_names') }}

),

holders as (

    select attribute, value, count(distinct customer_id) as customer_count
    from candidates
    where attribute in ('given_name', 'additional_name', 'family_name', 'email', 'phone')
    group by attribute, value

),

latin_names as (

    select
        attribute,
        value,
        {{ name_key('value') }} as spelling_key

    from (select distinct attribute, value from holders where attribute in ('given_name', 'additional_name', 'family_name')) as names
    where not {{ matches('lower(value)', '.*[а-яё].*') }}

),

-- A name that is known in Latin letters only is written as other customers write it, if this one's country writes in Cyrillic.
spelled as (

    select
        candidates.customer_id,
        candidates.attribute,
        candidates.value_key,
        candidates.value,
        case when alphabets.is_cyrillic then coalesce(cyrillic.value, candidates.value) else candidates.value end as shown_as,
        holders.customer_count,
        count(*) as record_count

    from candidates
    left join holders on candidates.attribute = holders.attribute and candidates.value = holders.value
    left join {{ ref('customer_alphabets') }} as alphabets on candidates.customer_id = alphabets.customer_id
    left join latin_names on candidates.attribute = latin_names.attribute and candidates.value = latin_names.value
    left join {{ ref('cyrillic_spellings') }} as cyrillic
        on latin_names.attribute = cyrillic.attribute and latin_names.spelling_key = cyrillic.spelling_key
    group by 1, 2, 3, 4, 5, 6

),

judged as (

    select spelled.*, formal_names.name is not null as is_formal
    from spelled
    left join formal_names on spelled.attribute = 'given_name' and lower(spelled.shown_as) = formal_names.name

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, attribute, value_key
            order by
                is_formal desc,
                case when {{ matches('lower(shown_as)', '.*[а-яё].*') }} then 0 else 1 end,
                case when value = shown_as then 0 else 1 end,
                case when value in (upper(value), lower(value)) then 1 else 0 end,
                case when value like '%ё%' then 0 else 1 end,
                case when attribute = 'email' then length(value) end nulls last,
                record_count desc,
                customer_count desc nulls last,
                value
        ) as spelling_rank

    from judged

)

select customer_id, attribute, value_key, value, shown_as, is_formal, coalesce(customer_count, 0) as customer_count, record_count, spelling_rank
from ranked
