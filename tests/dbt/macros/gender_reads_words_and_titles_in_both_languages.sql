with

spellings as (

    select raw, expected from (values
        ('Female', 'female'),
        ('женский', 'female'),
        ('Ж', 'female'),
        ('г-жа', 'female'),
        ('M', 'male'),
        ('Мужской', 'male'),
        ('Mr.', 'male'),
        ('1', null),
        ('other', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ gender('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
