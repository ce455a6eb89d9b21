with

visits as (

    select
        *,
        {{ clickhouse_array('purchase_ids') }} as ids,
        {{ clickhouse_array('purchase_revenues') }} as revenues,
        {{ clickhouse_array('purchase_currencies') }} as currencies
    from {{ ref('stg_metrica__visits') }}
    where purchase_ids not in ('', '[]')

),

positions as (

    select visits.*, {{ each_of(positions_of('ids')) }} as position
    from visits

),

purchases as (

    select
        visit_id,
        position,
        client_id,
        user_id,
        nullif({{ element_of('ids', 'position') }}, '') as purchase_id,
        try_cast({{ element_of('revenues', 'position') }} as decimal(18, 2)) as amount,
        {{ currency_code(element_of('currencies', 'position')) }} as currency,
        utm_campaign,
        start_url,
        occurred_at,
        _file_id,
        _line,
        _load_id
    from positions

)

select * from purchases
