with

source as (

    select * from {{ source('meta_leads', 'leads') }}

),

cleaned as (

    select
        {{ meta_value('id') }} as id,
        {{ meta_value('phone_number') }} as phone_number,
        {% for column in ['email', 'full_name', 'first_name', 'last_name'] -%}
            {{ blank_to_null(column) }} as {{ column }},
        {% endfor %}
        _file_id,
        _line
    from source

),

judged as (

    select
        case
            when concat_ws(' ', full_name, first_name, last_name, phone_number, email) like '%<test lead%' then 'a test lead of the form, not a person'
            when id is null and {{ content_key(['phone_number', 'email', 'full_name', 'first_name', 'last_name']) }} is null then 'no id, phone, e-mail or name'
        end as reason,
        _file_id,
        _line
    from cleaned

),

rejected as (

    select 'meta_leads' as source, 'leads' as table_name, _file_id, _line, reason
    from judged
    where reason is not null

)

select * from rejected
