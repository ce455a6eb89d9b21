with

purchases as (

    select * from {{ ref('customer_purchases') }}

),

-- Fifths by how many customers are lower, so that equals stand in one cell.
scored as (

    select
        customer_id,
        {%- for score, window in {
            'recency': 'order by last_order_at',
            'frequency': 'order by orders_count',
            'monetary': 'partition by monetary_currency order by monetary',
        }.items() %}
        cast(floor(5.0 * (rank() over ({{ window }}) - 1) / count(*) over ({{ window.split('order')[0] }})) as integer) + 1 as {{ score }}_score{{ ',' if not loop.last }}
        {%- endfor %}

    from purchases

)

select
    *,
    cast(recency_score as string) || cast(frequency_score as string) || cast(monetary_score as string) as rfm_cell
from scored
