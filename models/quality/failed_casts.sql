with

failures as (

    select source, 'records' as shape, failed_casts from {{ ref('int_source_records') }} where failed_casts is not null
    union all
    select source, 'orders' as shape, failed_casts from {{ ref('int_orders') }} where failed_casts is not null
    union all
    select 'esp' as source, 'events' as shape, failed_casts from {{ ref('stg_esp__classified_events') }} where failed_casts is not null
    union all
    select 'consents' as source, 'consent_events' as shape, failed_casts from {{ ref('stg_consents__statements') }} where failed_casts is not null and problem is null

),

one_by_one as (

    select source, shape, {{ explode_text('failed_casts') }} as column_name
    from failures

)

select source, shape, column_name, count(*) as failed_count, cast('{{ var("run_at") }}' as timestamp) as run_at
from one_by_one
group by source, shape, column_name
