with

actions as (

    select * from {{ ref('stg_segment__messages') }}
    where message_type in ('track', 'page', 'screen', 'group')

),

identified as (

    select record_id from {{ ref('stg_segment__records') }}

),

named as (

    select
        actions.*,
        case
            when message_type = 'page' then 'page_viewed'
            when message_type = 'screen' then 'screen_viewed'
            when message_type = 'group' then 'group_joined'
            when {{ snake_case('spoken_name') }} = 'product_added' then 'cart_updated'
            when {{ snake_case('spoken_name') }} = 'product_removed' then 'cart_item_removed'
            when {{ snake_case('spoken_name') }} in ('form_submit', 'lead_submitted') then 'form_submitted'
            else coalesce({{ snake_case('spoken_name') }}, 'unnamed')
        end as event_name
    from actions

),

events as (

    select
        event_id,
        'segment' as source,
        event_name,
        occurred_at,
        identified.record_id,
        case when anonymous_id is not null then 'anonymous_id' else 'user_id' end as subject_type,
        coalesce(anonymous_id, user_id) as subject_value,
        user_id,
        case when message_type = 'screen' then 'app' else 'web' end as channel,
        utm_campaign as campaign,
        {{ empty_columns(event_columns(), ['message_id']) }},
        coalesce({{ json_text('properties', 'url') }}, page_url) as url,
        {{ parse_amount("coalesce(" ~ json_text('properties', 'total') ~ ", " ~ json_text('properties', 'revenue') ~ ", " ~ json_text('properties', 'value') ~ ")") }} as amount,
        {{ currency_code(json_text('properties', 'currency')) }} as currency,
        {{ json_object_text({'group_id': 'group_id', 'utm_source': 'utm_source', 'utm_medium': 'utm_medium'}, base='properties') }} as properties,
        _file_id,
        _line,
        _load_id
    from named
    left join identified on named.person_id = identified.record_id

)

select * from events
