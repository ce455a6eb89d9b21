with

suppressions as (

    {{ union_sources('suppressions', suppression_columns()) }}

),

standardized as (

    select
        suppressions.*,
        case suppressions.identifier_type
            when 'email' then emails.value
            when 'phone' then phones.value
            else {{ blank_to_null('suppressions.raw_value') }}
        end as value

    from suppressions
    left join {{ ref('int_email_values') }} as emails
        on suppressions.identifier_type = 'email' and suppressions.raw_value = emails.raw_value
    left join {{ ref('int_phone_values') }} as phones
        on suppressions.identifier_type = 'phone'
        and suppressions.raw_value = phones.raw_value
        and coalesce({{ region_of_source('suppressions.source') }}, '') = phones.phone_region

)

select * from standardized
