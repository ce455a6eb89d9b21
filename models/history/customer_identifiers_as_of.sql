{{ config(materialized="table_function", parameters=["moment"]) }}
{{ as_of(ref('customer_identifiers_history')) }}
