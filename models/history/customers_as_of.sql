{{ config(materialized="table_function", parameters=["moment"]) }}
{{ as_of(ref('customers_history')) }}
