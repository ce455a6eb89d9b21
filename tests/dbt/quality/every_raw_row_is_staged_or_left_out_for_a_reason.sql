select * from {{ ref('staging_reconciliation') }}
where difference <> 0
