{%- set columns = bitrix24_person_columns() -%}
{%- set of_deals = ['first_name', 'second_name', 'last_name', 'full_name', 'work_phone', 'mobile_phone', 'other_phone', 'work_email', 'private_email', 'modified_at'] -%}
{%- set lineage = ['_extra', '_file_id', '_file_name', '_exported_at', '_line', '_dlt_load_id'] -%}
with

contacts as (

    select
        'contact' as entity, 1 as precedence, coalesce({{ blank_to_null('id') }}, {{ bitrix24_person_key() }}) as source_key,
        {{ blank_to_null('id') }} as bitrix24_contact_id, {{ bitrix24_id('lead_id') }} as bitrix24_lead_id,
        contact_type as stage, {{ (columns + lineage) | join(', ') }}
    from {{ source('bitrix24', 'contacts') }}

),

leads as (

    select
        'lead' as entity, 1 as precedence, coalesce({{ blank_to_null('id') }}, {{ bitrix24_person_key() }}) as source_key,
        {{ bitrix24_id('contact_id') }} as bitrix24_contact_id, {{ blank_to_null('id') }} as bitrix24_lead_id,
        stage, {{ (columns + lineage) | join(', ') }}
    from {{ source('bitrix24', 'leads') }}

),

-- Known from a deal only: an exported contact of the same id always says more.
deal_contacts as (

    select
        'contact' as entity, 2 as precedence, contact_key as source_key,
        id as bitrix24_contact_id, cast(null as varchar) as bitrix24_lead_id,
        cast(null as varchar) as stage,
        {% for column in columns -%}
            {{ column if column in of_deals else 'cast(null as varchar) as ' ~ column }},
        {% endfor -%}
        cast(null as varchar) as _extra, _file_id, _file_name, _exported_at, _line, _dlt_load_id
    from {{ ref('stg_bitrix24__deal_contacts') }}

),

people as (

    select * from contacts
    union all
    select * from leads
    union all
    select * from deal_contacts

),

timed as (

    select
        people.*,
        {{ parse_timestamp('created_at', 'bitrix24') }} as source_created_at,
        coalesce({{ parse_timestamp('modified_at', 'bitrix24') }}, _exported_at) as source_updated_at
    from people
    where source_key is not null

),

versioned as (

    select
        timed.*,
        row_number() over (partition by entity, source_key order by precedence, {{ newest_first() }}) = 1 as is_latest
    from timed

)

select * from versioned
