{# ISO 3166 alpha-2 from a name of the seed `country_names`; any other two letters are a code already. #}
{% macro country_code(expr) -%}
    coalesce(
        (select min(iso_country_code) from {{ ref('country_names') }} where {{ country_key('country_spelling') }} = {{ country_key(expr) }}),
        case when {{ matches(country_key(expr), '[a-z]{2}') }} then upper({{ country_key(expr) }}) end
    )
{%- endmacro %}

{% macro country_key(expr) -%}
    replace(lower({{ trimmed(expr) }}), 'ё', 'е')
{%- endmacro %}
