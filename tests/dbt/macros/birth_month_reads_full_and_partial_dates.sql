with

spellings as (

    select raw, expected from (values
        ('1985-05-17', '5'),
        ('17.05.1985', '5'),
        ('1985', null),
        ('1985-05', '5'),
        ('05/17', '5'),
        ('17.05', '5'),
        ('17.5', '5'),
        ('--05-17', '5'),
        ('1604-05-17', '5'),
        ('13/40', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ birth_month('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
