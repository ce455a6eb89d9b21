{%- set shapes = ['records', 'events', 'orders', 'order_lines'] -%}
{%- set staged = [] -%}
{%- for shape in shapes -%}{%- for source_name in var('staged')[shape] -%}{%- do staged.append((source_name, shape)) -%}{%- endfor -%}{%- endfor -%}
{#- The source of a row: a line has that of its order, before the first colon. -#}
{%- set source_of = {'order_lines': "split_part(order_id, ':', 1)"} -%}

with

staged as (

    {% for source_name, shape in staged -%}
    select '{{ source_name }}' as source, '{{ shape }}' as shape, count(*) as rows_staged from {{ ref('stg_' ~ source_name ~ '__' ~ shape) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

unified as (

    {% for shape in shapes -%}
    select {{ source_of.get(shape, 'source') }} as source, '{{ shape }}' as shape, count(*) as rows_unified from {{ ref('int_' ~ shape) }} group by {{ source_of.get(shape, 'source') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

delivered as (

    select int_records.source, 'records' as shape, count(customers.customer_id) as rows_of_customers, count(*) - count(customers.customer_id) as rows_of_nobody
    from {{ ref('int_records') }} as int_records
    left join {{ source('identity', 'record_customers') }} as customers on int_records.record_id = customers.record_id
    group by int_records.source

    union all

    {% for mart in ['orders', 'order_lines'] -%}
    select {{ source_of.get(mart, 'source') }}, '{{ mart }}', count(customer_id), count(*) - count(customer_id)
    from {{ ref(mart) }}
    group by {{ source_of.get(mart, 'source') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

    union all

    select source, 'events', sum(in_timeline), sum(without_customer)
    from (
        select source, count(*) as in_timeline, 0 as without_customer
        from {{ ref('customer_timeline') }}
        where kind in ('event', 'message', 'lead')
        group by source
        union all
        select source, 0, count(*) from {{ ref('stitched_events') }} where customer_id is null group by source
    ) as events
    group by source

)

select
    staged.source,
    staged.shape,
    staged.rows_staged,
    coalesce(unified.rows_unified, 0) as rows_unified,
    cast(coalesce(delivered.rows_of_customers, 0) as bigint) as rows_of_customers,
    cast(coalesce(delivered.rows_of_nobody, 0) as bigint) as rows_of_nobody,
    staged.rows_staged - coalesce(unified.rows_unified, 0) as lost_before_unified,
    cast(coalesce(unified.rows_unified, 0) - coalesce(delivered.rows_of_customers, 0) - coalesce(delivered.rows_of_nobody, 0) as bigint) as lost_before_marts
from staged
left join unified on staged.source = unified.source and staged.shape = unified.shape
left join delivered on staged.source = delivered.source and staged.shape = delivered.shape
