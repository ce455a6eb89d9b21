with

spellings as (

    select raw, expected from (values
        ('2024-03-12 09:14', '2024-03-12 06:14:00'),
        ('22.08.2026 14:30:00', '2026-08-22 11:30:00'),
        ('2024-03-12T09:14:00Z', '2024-03-12 09:14:00'),
        ('2010-07-01 12:00:00', '2010-07-01 08:00:00'),
        ('1572480000', '2019-10-31 00:00:00')
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ parse_timestamp('raw', source='bitrix24') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
