{#- What becomes of the rows of a raw table, beside those in stg_<source>__rejected:
    [source, raw table, shape the rows become, outcome, relation that shows it, what is counted there, of which rows]. -#}
{%- set newer = 'superseded by a newer version' -%}
{%- set older_file = 'superseded by a newer file that has the order' -%}
{%- set line_item = 'row of an order already counted: a line of it' -%}
{%- set no_product = 'row without a product: says something about its order only' -%}
{%- set again = 'delivered again' -%}
{%- set nothing_sent = 'attempt to send that reached nobody' -%}
{%- set outcomes = [
    ['hubspot', 'contacts', 'records', 'staged', 'stg_hubspot__records', 'count(*)', 'true'],
    ['hubspot', 'contacts', 'records', newer, 'stg_hubspot__contacts', 'count(*)', 'not is_latest'],
    ['hubspot', 'deals', 'orders', 'staged', 'stg_hubspot__orders', 'count(*)', 'true'],
    ['hubspot', 'deals', 'orders', newer, 'stg_hubspot__deals', 'sum(version_count - 1)', 'true'],

    ['bitrix24', 'contacts', 'records', 'staged', 'stg_bitrix24__records', 'count(*)', '_file_id in (select _file_id from ' ~ source('bitrix24', 'contacts') ~ ')'],
    ['bitrix24', 'contacts', 'records', newer, 'stg_bitrix24__people', 'count(*)', "entity = 'contact' and precedence = 1 and not is_latest"],
    ['bitrix24', 'leads', 'records', 'staged', 'stg_bitrix24__records', 'count(*)', "entity = 'lead'"],
    ['bitrix24', 'leads', 'records', newer, 'stg_bitrix24__people', 'count(*)', "entity = 'lead' and not is_latest"],
    ['bitrix24', 'deals', 'orders', 'staged', 'stg_bitrix24__orders', 'count(*)', 'true'],
    ['bitrix24', 'deals', 'orders', newer, 'stg_bitrix24__deals', 'sum(version_count - 1)', 'true'],

    ['people', 'people', 'records', 'staged', 'stg_people__records', 'count(*)', 'true'],
    ['people', 'people', 'records', newer, 'stg_people__people', 'count(*)', 'not is_latest'],

    ['consents', 'statements', 'consent_events', 'staged', 'stg_consents__consent_events', "count(distinct _file_id || ':' || _line)", 'true'],
    ['consents', 'statements', 'consent_events', again, 'stg_consents__statements', 'sum(version_count - 1)', 'true'],

    ['meta_leads', 'leads', 'records', 'staged', 'stg_meta_leads__records', 'count(*)', 'true'],
    ['meta_leads', 'leads', 'records', newer, 'stg_meta_leads__leads', 'sum(version_count - 1)', 'true'],

    ['vk_leads', 'leads', 'records', 'staged', 'stg_vk_leads__records', 'count(*)', 'true'],
    ['vk_leads', 'leads', 'records', newer, 'stg_vk_leads__leads', 'sum(version_count - 1)', 'true'],
    ['vk_leads', 'leads', 'records', 'page of an answer without leads', 'stg_vk_leads__documents', 'count(*)', 'is_empty_page'],

    ['shopify', 'customers', 'records', 'staged', 'stg_shopify__records', 'count(*)', '_file_id in (select _file_id from ' ~ source('shopify', 'customers') ~ ')'],
    ['shopify', 'customers', 'records', newer, 'stg_shopify__customers', 'count(*)', 'not is_latest'],
    ['shopify', 'orders', 'orders', 'staged', 'stg_shopify__orders', 'count(*)', 'true'],
    ['shopify', 'orders', 'orders', line_item, 'stg_shopify__order_rows', 'count(*)', 'order_row > 1'],
    ['shopify', 'orders', 'orders', older_file, 'stg_shopify__order_rows', 'sum(superseded_count)', 'order_row = 1'],
    ['shopify', 'orders', 'order_lines', 'staged', 'stg_shopify__order_lines', 'count(*)', 'true'],
    ['shopify', 'orders', 'order_lines', no_product, 'stg_shopify__order_rows', 'count(*)', 'not has_product'],
    ['shopify', 'orders', 'order_lines', older_file, 'stg_shopify__order_rows', 'sum(superseded_count)', 'order_row = 1'],

    ['orders', 'order_lines', 'orders', 'staged', 'stg_orders__orders', 'count(*)', 'true'],
    ['orders', 'order_lines', 'orders', line_item, 'stg_orders__order_rows', 'count(*)', 'line_number > 1'],
    ['orders', 'order_lines', 'orders', older_file, 'stg_orders__order_rows', 'sum(superseded_count)', 'line_number = 1'],
    ['orders', 'order_lines', 'order_lines', 'staged', 'stg_orders__order_lines', 'count(*)', 'true'],
    ['orders', 'order_lines', 'order_lines', no_product, 'stg_orders__order_rows', 'count(*)', 'not has_product'],
    ['orders', 'order_lines', 'order_lines', older_file, 'stg_orders__order_rows', 'sum(superseded_count)', 'line_number = 1'],

    ['mailchimp', 'members', 'records', 'staged', 'stg_mailchimp__records', 'count(*)', 'true'],
    ['mailchimp', 'members', 'records', newer, 'stg_mailchimp__members', 'count(*)', 'not is_latest'],

    ['esp', 'sendgrid_events', 'events', 'staged', 'stg_esp__events', 'count(*)', "event_id like 'esp:sendgrid:%'"],
    ['esp', 'sendgrid_events', 'events', again, 'stg_esp__classified_events', 'sum(version_count - 1)', "provider = 'sendgrid'"],
    ['esp', 'unisender_events', 'events', 'staged', 'stg_esp__events', 'count(*)', "event_id like 'esp:unisender_go:%'"],
    ['esp', 'unisender_events', 'events', again, 'stg_esp__classified_events', 'sum(version_count - 1)', "provider = 'unisender_go'"],

    ['responses', 'lines', 'events', 'staged', 'stg_responses__events', 'count(*)', "event_id in (select event_id from " ~ ref('stg_responses__answers') ~ " where table_name = 'lines')"],
    ['responses', 'lines', 'events', nothing_sent, 'stg_responses__answers', 'count(*)', "table_name = 'lines' and kind = 'failed'"],
    ['responses', 'lines', 'events', again, 'stg_responses__answers', 'sum(version_count - 1)', "table_name = 'lines'"],
    ['responses', 'mails', 'events', 'staged', 'stg_responses__events', 'count(*)', "event_id in (select event_id from " ~ ref('stg_responses__answers') ~ " where table_name = 'mails')"],
    ['responses', 'mails', 'events', again, 'stg_responses__answers', 'sum(version_count - 1)', "table_name = 'mails'"],

    ['ga4', 'events', 'events', 'staged', 'stg_ga4__events', 'count(*)', 'true'],
    ['ga4', 'events', 'events', 'superseded by a newer file of the day', 'stg_ga4__day_files', 'sum(event_count)', 'not is_current'],

    ['metrica', 'visits', 'events', 'staged', 'stg_metrica__events', 'count(*)', "event_id like 'metrica:visit:%'"],
    ['metrica', 'visits', 'events', newer, 'stg_metrica__visits', 'sum(version_count - 1)', 'true'],
    ['metrica', 'hits', 'events', 'staged', 'stg_metrica__events', 'count(*)', "event_id like 'metrica:hit:%'"],
    ['metrica', 'hits', 'events', newer, 'stg_metrica__hits', 'sum(version_count - 1)', 'true'],

    ['segment', 'events', 'events', 'staged', 'stg_segment__events', 'count(*)', 'true'],
    ['segment', 'events', 'events', 'identify: says who somebody is, see records', 'stg_segment__messages', 'count(*)', "message_type = 'identify'"],
    ['segment', 'events', 'events', 'alias: says that two ids are one person, see links', 'stg_segment__messages', 'count(*)', "message_type = 'alias'"],
    ['segment', 'events', 'events', 'message of a type that Svod does not use', 'stg_segment__messages', 'count(*)', "message_type not in ('track', 'page', 'screen', 'group', 'identify', 'alias')"],
    ['segment', 'events', 'events', again, 'stg_segment__messages', 'sum(version_count - 1)', 'true'],
    ['segment', 'events', 'records', 'staged', 'stg_segment__records', 'count(*)', 'true'],
    ['segment', 'events', 'records', 'another statement about a record already counted', 'stg_segment__traits', 'count(*)', 'version > 1'],
    ['segment', 'events', 'records', 'says nothing about who somebody is', 'stg_segment__messages', 'count(*)', "user_id is null and (message_type <> 'identify' or traits is null)"],
    ['segment', 'events', 'records', again, 'stg_segment__messages', 'sum(version_count - 1)', 'true'],
] -%}
{%- set sources = var('staged').values() | sum(start=[]) | unique | select('in', outcomes | map(attribute=0) | list) | list -%}

with

counted as (

    {% for source_name, table_name, shape, outcome, relation, count, condition in outcomes if source_name in sources -%}
    select
        '{{ source_name }}' as source, '{{ table_name }}' as table_name, '{{ shape }}' as shape, '{{ outcome }}' as outcome,
        {{ 'true' if outcome == 'staged' else 'false' }} as is_staged, cast(coalesce({{ count }}, 0) as bigint) as row_count
    from {{ ref(relation) }} where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Staging may still hold rows of a file that was taken back.
landed as (

    select source, file_id from {{ source('landing', 'files') }}
    where status = 'loaded'

),

rejected as (

    select rejections.source, rejections.table_name, rejections.reason, count(*) as row_count
    from (
        {% for source_name in sources -%}
        select source, table_name, _file_id, reason from {{ ref('stg_' ~ source_name ~ '__rejected') }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as rejections
    inner join landed on rejections.source = landed.source and rejections._file_id = landed.file_id
    group by rejections.source, rejections.table_name, rejections.reason

),

shapes as (

    select distinct source, table_name, shape from counted

)

select source, table_name, shape, outcome, is_staged, row_count from counted
union all
select shapes.source, shapes.table_name, shapes.shape, 'rejected: ' || rejected.reason, false, rejected.row_count
from shapes
inner join rejected on shapes.source = rejected.source and shapes.table_name = rejected.table_name
