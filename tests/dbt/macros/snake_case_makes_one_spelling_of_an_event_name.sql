with

spellings as (

    select raw, expected from (values
        ('Order Completed', 'order_completed'),
        ('orderCompleted', 'order_completed'),
        ('page-view', 'page_view'),
        ('page_view', 'page_view'),
        ('  Заявка с сайта ', 'заявка_с_сайта'),
        ('HTMLViewed', 'htmlviewed'),
        ('$pageview', 'pageview')
    ) as literal_rows (raw, expected)

),

read as (

    select raw, expected, cast({{ snake_case('raw') }} as varchar) as actual
    from spellings

)

select * from read where actual is distinct from expected
