with

written as (

    select attribute, value from {{ ref('attribute_candidates') }}
    where attribute in ('given_name', 'additional_name', 'family_name')
    union
    select 'locality', locality from {{ ref('int_records') }}
    union
    select 'region', region from {{ ref('int_records') }}

),

latin as (

    select attribute, value, {{ name_key('value') }} as spelling_key
    from written
    where not {{ matches('lower(value)', '.*[а-яё].*') }}

)

select latin.attribute, latin.value, cyrillic.value as cyrillic_value
from latin
inner join {{ ref('cyrillic_spellings') }} as cyrillic on latin.attribute = cyrillic.attribute and latin.spelling_key = cyrillic.spelling_key
