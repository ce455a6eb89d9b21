{#- What holds a table's rows once they are opened: [source, table, relation, rows that count, raw rows among them, current among them]. -#}
{%- set opened = [
    ['hubspot', 'contacts', 'stg_hubspot__contacts', 'true', 'count(*)', 'is_latest'],
    ['hubspot', 'deals', 'stg_hubspot__deals', 'true', 'sum(version_count)', 'true'],
    ['bitrix24', 'contacts', 'stg_bitrix24__people', "entity = 'contact' and precedence = 1", 'count(*)', 'is_latest'],
    ['bitrix24', 'leads', 'stg_bitrix24__people', "entity = 'lead' and precedence = 1", 'count(*)', 'is_latest'],
    ['bitrix24', 'deals', 'stg_bitrix24__deals', 'true', 'sum(version_count)', 'true'],
    ['meta_leads', 'leads', 'stg_meta_leads__leads', 'true', 'sum(version_count)', 'true'],
    ['shopify', 'customers', 'stg_shopify__customers', 'true', 'count(*)', 'is_latest'],
    ['shopify', 'orders', 'stg_shopify__order_rows', 'true', 'sum(case when order_row = 1 then version_count else 0 end)', 'true'],
    ['orders', 'order_lines', 'stg_orders__order_rows', 'true', 'sum(case when line_number = 1 then version_count else 0 end)', 'true'],
    ['mailchimp', 'members', 'stg_mailchimp__members', 'true', 'count(*)', 'is_latest'],
    ['ga4', 'events', 'stg_ga4__parsed_events', 'occurred_at is not null and ga4_name is not null', 'count(*)', none],
    ['segment', 'events', 'stg_segment__parsed_messages', 'message_type is not null and coalesce(user_id, anonymous_id) is not null', 'count(*)', none],
] -%}
{%- set current_models = {'ga4': 'stg_ga4__current_events', 'segment': 'stg_segment__messages'} -%}

with

in_raw as (

    {% for source_name, table_name, relation, condition, rows, current in opened -%}
    select '{{ source_name }}' as source, '{{ table_name }}' as table_name, count(*) as rows_in_raw from {{ source(source_name, table_name) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

staged as (

    {% for source_name, table_name, relation, condition, rows, current in opened -%}
    select
        '{{ source_name }}' as source, '{{ table_name }}' as table_name, coalesce({{ rows }}, 0) as rows_usable,
        {{ 'count(*) filter (where ' ~ current ~ ')' if current else '(select count(*) from ' ~ ref(current_models[source_name]) ~ ')' }} as rows_current
    from {{ ref(relation) }} where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

rejected as (

    select source, table_name, count(*) as rows_rejected
    from (
        {% for source_name in opened | map(attribute=0) | unique -%}
        select source, table_name from {{ ref('stg_' ~ source_name ~ '__rejected') }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as rejections
    group by source, table_name

)

select
    in_raw.source,
    in_raw.table_name,
    in_raw.rows_in_raw,
    coalesce(rejected.rows_rejected, 0) as rows_rejected,
    cast(staged.rows_current as bigint) as rows_current,
    cast(staged.rows_usable - staged.rows_current as bigint) as rows_superseded,
    cast(in_raw.rows_in_raw - coalesce(rejected.rows_rejected, 0) - staged.rows_usable as bigint) as difference
from in_raw
inner join staged on in_raw.source = staged.source and in_raw.table_name = staged.table_name
left join rejected on in_raw.source = rejected.source and in_raw.table_name = rejected.table_name
