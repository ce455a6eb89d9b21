{# The columns of each staged shape, which every source's model has. One place, read by the unions of `models/intermediate`. #}
{% macro lineage_columns() -%}
    {% do return(['_file_id', '_line', '_load_id']) %}
{%- endmacro %}

{% macro record_columns() -%}
    {% do return(['record_id', 'source', 'entity', 'source_key', 'full_name', 'given_name', 'additional_name', 'family_name', 'gender', 'birth_date', 'birth_year', 'birth_month', 'birth_day', 'street', 'locality', 'region', 'postal_code', 'country_code', 'language', 'company', 'job_title', 'lifecycle_stage', 'source_created_at', 'source_updated_at', 'utm_source', 'utm_medium', 'utm_campaign', 'is_deleted', 'extra', 'failed_casts', 'source_file_name'] + lineage_columns()) %}
{%- endmacro %}

{% macro identifier_columns() -%}
    {% do return(['record_id', 'source', 'identifier_type', 'raw_value', 'label', 'phone_region', 'is_verified', 'first_seen_at']) %}
{%- endmacro %}

{% macro consent_event_columns() -%}
    {% do return(['consent_event_id', 'record_id', 'identifier_type', 'raw_value', 'channel', 'purpose', 'action', 'legal_basis', 'occurred_at', 'evidence', 'source'] + lineage_columns()) %}
{%- endmacro %}

{% macro suppression_columns() -%}
    {% do return(['suppression_id', 'record_id', 'identifier_type', 'raw_value', 'channel', 'reason', 'occurred_at', 'source'] + lineage_columns()) %}
{%- endmacro %}

{% macro event_columns() -%}
    {% do return(['event_id', 'source', 'event_name', 'occurred_at', 'record_id', 'subject_type', 'subject_value', 'user_id', 'channel', 'campaign', 'message_id', 'url', 'amount', 'currency', 'properties'] + lineage_columns()) %}
{%- endmacro %}

{% macro order_columns() -%}
    {% do return(['order_id', 'source', 'kind', 'record_id', 'ordered_at', 'status', 'currency', 'total_amount', 'discount_amount', 'refunded_amount', 'shipping_amount', 'promo_code', 'channel', 'city', 'failed_casts'] + lineage_columns()) %}
{%- endmacro %}

{% macro order_line_columns() -%}
    {% do return(['order_id', 'line_number', 'sku', 'product_name', 'category', 'quantity', 'unit_price', 'discount_amount', 'line_amount'] + lineage_columns()) %}
{%- endmacro %}
