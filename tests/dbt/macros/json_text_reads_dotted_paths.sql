with

spellings as (

    select raw, expected from (values
        ('{"a":{"b":"да"}}', 'да'),
        ('{"a":{"b":1}}', '1'),
        ('{"a":{"b":null}}', null),
        ('{"a":{}}', null),
        ('{"a":{"b":[1,2]}}', '[1,2]')
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ json_text('raw', 'a.b') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
