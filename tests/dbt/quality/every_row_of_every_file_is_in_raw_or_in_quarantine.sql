select * from {{ ref('row_reconciliation') }}
where difference <> 0 or rows_loaded <> rows_in_raw or rows_quarantined <> rows_in_quarantine
