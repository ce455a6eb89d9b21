{# The columns that Bitrix24 contacts and leads share, as the preset names them. #}
{% macro bitrix24_person_columns() -%}
    {% do return([
        'honorific', 'first_name', 'second_name', 'last_name', 'full_name', 'birth_date', 'address', 'street', 'apartment', 'city', 'district', 'region', 'postal_code', 'country',
        'work_phone', 'mobile_phone', 'fax', 'home_phone', 'pager', 'mailing_phone', 'other_phone', 'work_email', 'private_email', 'mailing_email', 'other_email', 'vk', 'telegram',
        'company', 'job_title', 'comment', 'origin', 'owner', 'utm_source', 'utm_medium', 'utm_campaign', 'created_at', 'modified_at', 'ym_client_id', 'loyalty_card',
        'personal_data_consent', 'advertising_consent', 'consent_at',
    ]) %}
{%- endmacro %}

{# An id of Bitrix24 is digits; a column of that title may hold a name instead. #}
{% macro bitrix24_id(expr) -%}
    (case when {{ matches(trimmed(expr), '[0-9]+') }} then {{ trimmed(expr) }} end)
{%- endmacro %}

{# What makes a person without an id who they are. #}
{% macro bitrix24_person_key() -%}
    {{ content_key(['first_name', 'second_name', 'last_name', 'full_name', 'work_phone', 'mobile_phone', 'home_phone', 'other_phone', 'work_email', 'private_email', 'other_email']) }}
{%- endmacro %}
