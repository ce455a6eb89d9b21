with

names as (

    select {{ name_key('given_name') }} as name_key, nullif(gender, '') as gender from {{ ref('given_names') }}
    union all
    select {{ name_key('variant') }}, nullif(gender, '') from {{ ref('name_variants') }} where language = 'ru'

)

select
    name_key,
    case when count(gender) = count(*) and count(distinct gender) = 1 then min(gender) end as gender
from names
group by name_key
