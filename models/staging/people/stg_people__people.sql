with

source as (

    select * from {{ source('people', 'people') }}

),

keyed as (

    select
        source.*,
        {{ opaque_key(blank_to_null('record_id')) }} as source_key,
        {{ parse_timestamp('updated_at', 'people') }} as written_at,
        coalesce({{ parse_timestamp('updated_at', 'people') }}, _exported_at) as source_updated_at
    from source

),

versioned as (

    select
        keyed.*,
        row_number() over (partition by source_key order by {{ newest_first() }}) = 1 as is_latest
    from keyed
    where source_key is not null

)

select * from versioned
