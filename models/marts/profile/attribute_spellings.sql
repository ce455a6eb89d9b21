{{ config(materialized='by_customer') }}
{{ follows('spelling_fingerprints') }}
with

candidates as (

    select * from {{ ref('attribute_candidates') }}
    where {{ is_changed('customer_id') }}

),

-- In full and letter for letter, which neither a diminutive nor a transliteration nor a slip of the finger is.
formal_names as (

    select lower(given_name) as name from {{ ref('given_names') }}
    union
    select replace(lower(given_name), 'ё', 'е') from {{ ref('given_names') }}

),

-- A name that is known in Latin letters only is written as other customers write it, if this one's country writes in Cyrillic.
spelled as (

    select
        candidates.customer_id,
        candidates.attribute,
        candidates.value_key,
        candidates.value,
        case when alphabets.is_cyrillic then coalesce(latin.cyrillic_value, candidates.value) else candidates.value end as shown_as,
        coalesce(commonness.commonness, 0) as commonness,
        count(*) as record_count

    from candidates
    left join {{ ref('value_commonness') }} as commonness
        on candidates.customer_id = commonness.customer_id and candidates.attribute = commonness.attribute and candidates.value = commonness.value
    left join {{ ref('customer_alphabets') }} as alphabets on candidates.customer_id = alphabets.customer_id
    left join {{ ref('latin_spellings') }} as latin on candidates.attribute = latin.attribute and candidates.value = latin.value
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
                commonness desc,
                value
        ) as spelling_rank

    from judged

)

select customer_id, attribute, value_key, value, shown_as, is_formal, commonness, record_count, spelling_rank
from ranked
