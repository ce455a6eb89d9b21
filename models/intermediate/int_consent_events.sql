with

consent_events as (

    {{ union_sources('consent_events', consent_event_columns()) }}

),

standardized as (

    select
        consent_events.*,
        case consent_events.identifier_type
            when 'email' then emails.value
            when 'phone' then phones.value
            else {{ blank_to_null('consent_events.raw_value') }}
        end as value

    from consent_events
    left join {{ ref('int_email_values') }} as emails
        on consent_events.identifier_type = 'email' and consent_events.raw_value = emails.raw_value
    left join {{ ref('int_phone_values') }} as phones
        on consent_events.identifier_type = 'phone'
        and consent_events.raw_value = phones.raw_value
        and coalesce({{ region_of_source('consent_events.source') }}, '') = phones.phone_region

)

select * from standardized
