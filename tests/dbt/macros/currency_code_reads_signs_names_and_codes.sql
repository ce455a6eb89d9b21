with

spellings as (

    select raw, expected from (values
        ('RUB', 'RUB'),
        ('rur', 'RUB'),
        ('₽', 'RUB'),
        ('руб.', 'RUB'),
        ('$', 'USD'),
        ('usd', 'USD'),
        ('Евро', 'EUR'),
        ('тенге', 'KZT'),
        ('SEK', 'SEK'),
        ('money', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ currency_code('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
