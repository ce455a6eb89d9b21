{{ config(materialized="table_function", parameters=["moment"]) }}
{{ as_of(ref('consents_history')) }}
