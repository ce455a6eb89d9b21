with

source as (

    select * from {{ source('vk_leads', 'leads') }}

),

-- A document is a whole response of the API, its inner part, a list of leads, or one lead.
opened as (

    select
        source.*,
        case
            when {{ json_text('payload', 'response.leads') }} is not null then {{ json_list('payload', 'response.leads') }}
            when {{ json_text('payload', 'leads') }} is not null then {{ json_list('payload', 'leads') }}
            else {{ json_list('payload') }}
        end as leads
    from source

),

unnested as (

    select
        _file_id, _file_name, _exported_at, _line, _dlt_load_id,
        len(leads) as leads_in_document,
        -- A page without leads is a fact, not a fault; anything else that holds none is.
        len(leads) = 0 and coalesce({{ json_text('payload', 'response.leads') }}, {{ json_text('payload', 'leads') }}) is not null as is_empty_page,
        {{ each_or_null('leads') }} as lead
    from opened

),

leads as (

    select
        unnested.*,
        {{ blank_to_null(json_text('lead', 'lead_id')) }} as lead_id,
        {{ blank_to_null(json_text('lead', 'user_id')) }} as user_id,
        {{ blank_to_null(json_text('lead', 'form_id')) }} as form_id,
        {{ blank_to_null(json_text('lead', 'ad_id')) }} as ad_id,
        {{ json_text('lead', 'date') }} as date_text,
        {{ json_list('lead', 'answers') }} as answers
    from unnested

)

select * from leads
