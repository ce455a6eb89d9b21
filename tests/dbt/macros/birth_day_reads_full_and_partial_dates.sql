with

spellings as (

    select raw, expected from (values
        ('1985-05-17', '17'),
        ('17.05.1985', '17'),
        ('1985', null),
        ('05/17', '17'),
        ('17.05', '17'),
        ('--05-17', '17'),
        ('1604-05-17', '17'),
        ('05/40', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ birth_day('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
