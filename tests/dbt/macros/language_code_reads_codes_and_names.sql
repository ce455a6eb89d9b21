with

spellings as (

    select raw, expected from (values
        ('ru', 'ru'),
        ('ru-RU', 'ru'),
        ('en_US', 'en'),
        ('English', 'en'),
        ('Русский', 'ru'),
        ('qwerty', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ language_code('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
