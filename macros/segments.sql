{# A day of the year as a number that sorts, 517 for 17 May, whatever the year. #}
{% macro month_and_day(moment) -%}
    cast(extract(month from {{ moment }}) * 100 + extract(day from {{ moment }}) as integer)
{%- endmacro %}

{# A segment's model as its YAML tells it; nothing while dbt only parses. #}
{% macro segment_node(segment) -%}
    {%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and node.name == segment -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return({'columns': {}, 'description': '', 'config': {'meta': {}}}) }}
{%- endmacro %}

{# The conditions of a segment: its booleans besides is_member. What is neither is a value behind the conditions. #}
{% macro segment_conditions(segment) -%}
    {%- set found = [] -%}
    {%- for column in segment_node(segment).columns.values() if column.data_type == 'boolean' and column.name != 'is_member' -%}
        {%- do found.append(column) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro segment_facts(segment) -%}
    {%- set found = [] -%}
    {%- for column in segment_node(segment).columns.values() if column.data_type != 'boolean' and column.name != 'customer_id' -%}
        {%- do found.append(column) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The names of the conditions that are so, as one text. #}
{% macro names_where(conditions, hold) -%}
    concat_ws(', '{% for condition in conditions %}, case when {{ '' if hold else 'not ' }}{{ condition.name }} then '{{ condition.name }}' end{% endfor %})
{%- endmacro %}

{# The values as one JSON text; the names stand in the order of the YAML. #}
{% macro facts_as_json(facts) -%}
    {%- if facts -%}
    cast(to_json({ {%- for fact in facts %}'{{ fact.name }}': {{ fact.name }}{{ ', ' if not loop.last }}{% endfor -%} }) as string)
    {%- else -%}
    '{}'
    {%- endif -%}
{%- endmacro %}

{# Of the names of one text those that another has not; both are texts of names apart by comma. #}
{% macro names_minus(names, others) -%}
    array_to_string(list_filter(string_split({{ names }}, ', '), lambda name: name <> '' and not list_contains(string_split(coalesce({{ others }}, ''), ', '), name)), ', ')
{%- endmacro %}

{# A text of the YAML as an SQL literal. #}
{% macro literal(text) -%}
    '{{ (text or '') | trim | replace("'", "''") }}'
{%- endmacro %}

{# The segment of those whom a channel may and can advertise to, condition by condition. #}
{% macro reachable_by(channel) -%}
with

channel as (

    select * from {{ ref('customer_channels') }}
    where channel = '{{ channel }}'

),

conditions as (

    select
        customer_id,
        has_address,
        has_consent,
        not is_suppressed as is_deliverable,
        not is_processing_forbidden as may_be_processed,
        identifier_type

    from channel

)

select
    *,
    has_address and has_consent and is_deliverable and may_be_processed as is_member
from conditions
{%- endmacro %}
