with

spellings as (

    select raw, expected from (values
        ('125000', '125000.00'),
        ('1 234,56 ₽', '1234.56'),
        ('1 234,56 руб.', '1234.56'),
        ('$1,234.56', '1234.56'),
        ('$125000', '125000.00'),
        ('1.234,56 €', '1234.56'),
        ('1,234', '1234.00'),
        ('1,234,567', '1234567.00'),
        ('0,5', '0.50'),
        ('12,5', '12.50'),
        ('-5', '-5.00'),
        ('−5,00', '-5.00'),
        ('(5.00)', '-5.00'),
        ('1 234 567', '1234567.00'),
        ('1''234.56', '1234.56'),
        ('1.234.567', '1234567.00'),
        ('USD 10', '10.00'),
        ('1500 руб', '1500.00'),
        ('1e5', null),
        ('twelve', null),
        ('12.05.2020', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ parse_amount('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
