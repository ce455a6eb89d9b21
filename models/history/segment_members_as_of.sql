{{ config(materialized="table_function", parameters=["moment"]) }}
{{ as_of(ref('segment_members_history')) }}
