{# Whether a key is among those drawn of so many, `fitted_customers` or a few more or less; all are while there are no more. Every run draws the same ones, as far as their number stays. #}
{% macro is_drawn(key, count) -%}
    ({{ count }} <= {{ var('fitted_customers') }} or md5({{ key }}) < lpad(to_hex(cast(4294967295 * {{ var('fitted_customers') }}.0 / {{ count }} as bigint)), 8, '0'))
{%- endmacro %}
