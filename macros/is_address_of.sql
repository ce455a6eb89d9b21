{# Whether a kind of identifier is an address that a channel of advertising writes to or calls; `any` stands for ad platforms, which know people by e-mail and phone. #}
{% macro is_address_of(identifier_type, channel) -%}
    (case {{ identifier_type }} when 'email' then {{ channel }} in ('email', 'any') when 'phone' then {{ channel }} in ('sms', 'phone', 'any') when 'telegram' then {{ channel }} = 'messenger' when 'vk_id' then {{ channel }} = 'messenger' when 'web_push' then {{ channel }} = 'web_push' else false end)
{%- endmacro %}
