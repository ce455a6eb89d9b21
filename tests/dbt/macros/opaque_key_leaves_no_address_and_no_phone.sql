with

spellings as (

    select raw, expected from (values
        ('LD0014614', 'LD0014614'),
        ('6900000032768', '6900000032768'),
        ('2980001247182', '2980001247182'),
        ('Anna@Example.com', md5('anna@example.com')),
        ('+7 (916) 000-00-01', md5('+7 (916) 000-00-01')),
        ('+12025550101', md5('+12025550101')),
        ('79160000001', md5('79160000001')),
        ('8-916-000-00-01', md5('8-916-000-00-01')),
        (cast(null as varchar), cast(null as varchar))
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ opaque_key('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
