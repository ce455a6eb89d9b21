with

spellings as (

    select raw, expected from (values
        ('1985-05-17', '1985-05-17'),
        ('17.05.1985', '1985-05-17'),
        ('05/17/1985', '1985-05-17'),
        ('17/05/1985', '1985-05-17'),
        ('1985-05-17T00:00:00Z', '1985-05-17'),
        ('1985-05-17 23:30:00 +0300', '1985-05-17'),
        ('1572480000000', '2019-10-31'),
        ('1985/05/17', '1985-05-17'),
        ('1985', null),
        ('05/17', null),
        ('--05-17', null),
        ('1604-05-17', null),
        ('31.02.1985', null),
        ('вчера', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ parse_date('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
