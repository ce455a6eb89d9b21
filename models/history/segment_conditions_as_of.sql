{{ config(materialized="table_function", parameters=["moment"]) }}
{{ as_of(ref('segment_conditions_history')) }}
