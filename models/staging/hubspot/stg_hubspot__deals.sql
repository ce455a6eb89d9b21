with

source as (

    select * from {{ source('hubspot', 'deals') }}

),

survivors as (

    select linked_record_id, min(record_id) as record_id
    from {{ ref('stg_hubspot__links') }}
    group by linked_record_id

),

keyed as (

    select
        source.*,
        coalesce({{ blank_to_null('record_id') }}, {{ content_key(['deal_name', 'create_date', 'amount']) }}) as source_key,
        'hubspot:contact:' || nullif(trim(split_part(translate(associated_contact_ids, ',', ';'), ';', 1)), '') as contact_record_id,
        {{ parse_timestamp('create_date', 'hubspot') }} as created_at,
        {{ parse_timestamp('close_date', 'hubspot') }} as closed_at,
        {{ deal_status('deal_stage', parse_boolean('is_closed_won'), parse_boolean('is_closed_lost')) }} as status,
        _exported_at as source_updated_at
    from source

),

ranked as (

    select
        keyed.*,
        row_number() over (partition by source_key order by {{ newest_first() }}) as version_rank,
        count(*) over (partition by source_key) as version_count
    from keyed
    where source_key is not null and (record_id is not null or {{ content_key(['deal_name']) }} is not null)

),

-- A deal of a contact that was merged away belongs to the contact that was kept.
deals as (

    select
        ranked.*,
        coalesce(survivors.record_id, contact_record_id) as buyer_record_id
    from ranked
    left join survivors on contact_record_id = survivors.linked_record_id
    where version_rank = 1

)

select * from deals
