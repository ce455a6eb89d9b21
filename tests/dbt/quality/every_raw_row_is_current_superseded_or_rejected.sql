select * from {{ ref('staging_reconciliation') }}
where difference <> 0 or rows_superseded < 0
