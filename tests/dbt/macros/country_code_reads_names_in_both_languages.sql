-- depends_on: {{ ref('country_names') }}
with

spellings as (

    select raw, expected from (values
        ('Россия', 'RU'),
        ('Российская Федерация', 'RU'),
        ('russia', 'RU'),
        ('RU', 'RU'),
        ('ru', 'RU'),
        ('United States', 'US'),
        ('США', 'US'),
        ('UK', 'GB'),
        ('Great Britain', 'GB'),
        ('Казахстан', 'KZ'),
        ('Беларусь', 'BY'),
        ('Германия', 'DE'),
        ('Côte d''Ivoire', 'CI'),
        ('Нарния', null),
        ('', null)
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ country_code('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
