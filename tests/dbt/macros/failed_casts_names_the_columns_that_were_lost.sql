with

literal_rows as (

    select raw_date, typed_date, raw_amount, typed_amount, expected from (values
        ('17.05.1985', date '1985-05-17', '12', 12, null),
        ('n/a', null, '', null, null),
        ('yesterday', null, '12', 12, 'birth_date'),
        ('yesterday', null, 'twelve', null, 'birth_date,amount')
    ) as given_rows (raw_date, typed_date, raw_amount, typed_amount, expected)

),

read as (

    select
        *,
        {{ failed_casts({'birth_date': ['raw_date', 'typed_date'], 'amount': ['raw_amount', 'typed_amount']}) }} as actual
    from literal_rows

)

select * from read where actual is distinct from expected
