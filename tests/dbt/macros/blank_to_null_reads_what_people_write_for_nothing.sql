with

spellings as (

    select raw, expected from (values
        ('  Анна ', 'Анна'),
        ('', null),
        ('  ', null),
        ('N/A', null),
        ('не указано', null),
        ('-', null),
        ('null', null),
        ('No', 'No'),
        ('﻿John', 'John'),
        (null, null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ blank_to_null('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
