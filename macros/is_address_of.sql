{# Whether a kind of identifier is an address that a channel of advertising writes to or calls. #}
{% macro is_address_of(identifier_type, channel) -%}
    (case {{ identifier_type }} when 'email' then {{ channel }} = 'email' when 'phone' then {{ channel }} in ('sms', 'phone') when 'telegram' then {{ channel }} = 'messenger' when 'vk_id' then {{ channel }} = 'messenger' else false end)
{%- endmacro %}
