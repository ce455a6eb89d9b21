with

birthdays as (

    select born, moment, expected from (values
        (date '2001-01-01', timestamp '2002-01-01 06:00:00', 1),
        (date '1990-11-29', timestamp '2026-11-28 23:59:59', 35),
        (date '1990-11-29', timestamp '2026-11-29 00:00:00', 36),
        (date '2004-02-29', timestamp '2026-02-28 12:00:00', 21),
        (date '2004-02-29', timestamp '2026-03-01 00:00:00', 22),
        (date '2025-12-31', timestamp '2026-01-01 00:00:00', 0),
        (null, timestamp '2026-01-01 00:00:00', null)
    ) as literal_rows (born, moment, expected)

),

counted as (

    select born, expected, {{ years_between('born', 'moment') }} as actual
    from birthdays

)

select * from counted where actual is distinct from expected
