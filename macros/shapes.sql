{# The columns of each staged shape and their types, which every source's model has. One place, read by the unions of `models/intermediate`. #}
{% macro lineage_columns() -%}
    {% do return({'_file_id': 'varchar', '_line': 'bigint', '_load_id': 'varchar'}) %}
{%- endmacro %}

{% macro record_columns() -%}
    {% do return(dict({
        'record_id': 'varchar', 'source': 'varchar', 'entity': 'varchar', 'source_key': 'varchar',
        'full_name': 'varchar', 'given_name': 'varchar', 'additional_name': 'varchar', 'family_name': 'varchar', 'gender': 'varchar',
        'birth_date': 'date', 'birth_year': 'integer', 'birth_month': 'integer', 'birth_day': 'integer',
        'street': 'varchar', 'locality': 'varchar', 'region': 'varchar', 'postal_code': 'varchar', 'country_code': 'varchar',
        'language': 'varchar', 'company': 'varchar', 'job_title': 'varchar', 'lifecycle_stage': 'varchar',
        'source_created_at': 'timestamp', 'source_updated_at': 'timestamp',
        'utm_source': 'varchar', 'utm_medium': 'varchar', 'utm_campaign': 'varchar',
        'is_deleted': 'boolean', 'extra': 'varchar', 'failed_casts': 'varchar', 'source_file_name': 'varchar',
    }, **lineage_columns())) %}
{%- endmacro %}

{% macro identifier_columns() -%}
    {% do return({
        'record_id': 'varchar', 'source': 'varchar', 'identifier_type': 'varchar', 'raw_value': 'varchar',
        'label': 'varchar', 'phone_region': 'varchar', 'is_verified': 'boolean', 'first_seen_at': 'timestamp',
    }) %}
{%- endmacro %}

{% macro consent_event_columns() -%}
    {% do return(dict({
        'consent_event_id': 'varchar', 'record_id': 'varchar', 'identifier_type': 'varchar', 'raw_value': 'varchar',
        'channel': 'varchar', 'purpose': 'varchar', 'action': 'varchar', 'legal_basis': 'varchar',
        'occurred_at': 'timestamp', 'expires_at': 'timestamp',
        'method': 'varchar', 'ip': 'varchar', 'document': 'varchar', 'evidence': 'varchar', 'source': 'varchar',
    }, **lineage_columns())) %}
{%- endmacro %}

{% macro suppression_columns() -%}
    {% do return(dict({
        'suppression_id': 'varchar', 'record_id': 'varchar', 'identifier_type': 'varchar', 'raw_value': 'varchar',
        'channel': 'varchar', 'reason': 'varchar', 'occurred_at': 'timestamp', 'source': 'varchar',
    }, **lineage_columns())) %}
{%- endmacro %}

{% macro event_columns() -%}
    {% do return(dict({
        'event_id': 'varchar', 'source': 'varchar', 'event_name': 'varchar', 'occurred_at': 'timestamp', 'record_id': 'varchar',
        'subject_type': 'varchar', 'subject_value': 'varchar', 'user_id': 'varchar', 'channel': 'varchar', 'campaign': 'varchar',
        'message_id': 'varchar', 'url': 'varchar', 'amount': 'decimal(18, 2)', 'currency': 'varchar', 'properties': 'varchar',
    }, **lineage_columns())) %}
{%- endmacro %}

{% macro order_columns() -%}
    {% do return(dict({
        'order_id': 'varchar', 'source': 'varchar', 'kind': 'varchar', 'record_id': 'varchar', 'ordered_at': 'timestamp',
        'status': 'varchar', 'currency': 'varchar', 'total_amount': 'decimal(18, 2)', 'discount_amount': 'decimal(18, 2)',
        'refunded_amount': 'decimal(18, 2)', 'shipping_amount': 'decimal(18, 2)', 'promo_code': 'varchar',
        'channel': 'varchar', 'city': 'varchar', 'failed_casts': 'varchar',
    }, **lineage_columns())) %}
{%- endmacro %}

{% macro order_line_columns() -%}
    {% do return(dict({
        'order_id': 'varchar', 'line_number': 'bigint', 'sku': 'varchar', 'product_name': 'varchar', 'category': 'varchar',
        'quantity': 'decimal(18, 3)', 'unit_price': 'decimal(18, 2)', 'discount_amount': 'decimal(18, 2)', 'line_amount': 'decimal(18, 2)',
    }, **lineage_columns())) %}
{%- endmacro %}

{# The columns of a shape that a source says nothing about, by name: nulls of the right type. #}
{% macro empty_columns(shape_columns, names) -%}
    {%- for name in names %}
    {%- if name not in shape_columns %}{% do exceptions.raise_compiler_error("the shape has no column " ~ name) %}{% endif -%}
    cast(null as {{ shape_columns[name] }}) as {{ name }}{{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
