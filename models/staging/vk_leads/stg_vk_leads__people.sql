{%- set fields = ['full_name', 'given_name', 'additional_name', 'family_name', 'phone', 'email', 'birth_date', 'locality', 'personal_data_consent', 'marketing_consent'] -%}
with

leads as (

    select * from {{ ref('stg_vk_leads__leads') }}

),

answered as (

    select
        source_key
        {%- for field in fields %},
        max(case when field = '{{ field }}' then answer end) as {{ field }}
        {%- endfor %},
        max(case when field = 'marketing_consent' then question end) as marketing_wording,
        max(case when field = 'personal_data_consent' then question end) as personal_data_wording,
        {{ json_object_of_rows('question', 'answer', "field = 'other'") }} as extra
    from {{ ref('stg_vk_leads__answers') }}
    group by source_key

),

people as (

    select
        leads.source_key, leads.user_id, leads.form_id, leads.ad_id, leads.date_text, leads.submitted_at, leads.source_updated_at
        {%- for field in fields %}, answered.{{ field }}{% endfor %},
        answered.marketing_wording, answered.personal_data_wording,
        answered.extra,
        leads._file_id, leads._file_name, leads._line, leads._dlt_load_id
    from leads
    left join answered on leads.source_key = answered.source_key

)

select * from people
