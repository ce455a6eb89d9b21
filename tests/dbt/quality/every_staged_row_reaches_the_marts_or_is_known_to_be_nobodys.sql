select * from {{ ref('entity_reconciliation') }}
where lost_before_unified <> 0 or lost_before_marts <> 0 or (shape = 'records' and rows_of_nobody <> 0)
