with

spellings as (

    select raw, expected from (values
        ('ул. Мира, д. 5, кв. 12', 'mira512'),
        ('12 Main Street, Apt 4', '12main4'),
        ('г. Омск', 'omsk'),
        ('北京市 朝阳区 5号', '北京市朝阳区5号'),
        ('شارع النيل 12', 'شارعالنيل12'),
        ('Ελευθερίας 7', 'ελευθεριας7'),
        (', - .', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ address_key('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
