with

written as (

    select distinct attribute, value from {{ ref('customer_values') }}
    where attribute not in ('email', 'phone')

),

latin as (

    select attribute, value, {{ name_key('value') }} as spelling_key
    from written
    where not {{ matches('lower(value)', '.*[а-яё].*') }}

)

select latin.attribute, latin.value, cyrillic.value as cyrillic_value
from latin
inner join {{ ref('cyrillic_spellings') }} as cyrillic on latin.attribute = cyrillic.attribute and latin.spelling_key = cyrillic.spelling_key
