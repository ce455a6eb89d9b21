with

spellings as (

    select raw, expected from (values
        ('Yes', 'true'),
        ('да', 'true'),
        ('Y', 'true'),
        ('TRUE', 'true'),
        ('1', 'true'),
        ('on', 'true'),
        ('✓', 'true'),
        ('Подписан', 'true'),
        ('Opt-in', 'true'),
        ('Да, согласна', 'true'),
        ('✅', 'true'),
        ('no', 'false'),
        ('Нет', 'false'),
        ('N', 'false'),
        ('0', 'false'),
        ('off', 'false'),
        ('отписан', 'false'),
        ('opt-out', 'false'),
        ('☐', 'false'),
        ('declined', 'false'),
        ('maybe', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ parse_boolean('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
