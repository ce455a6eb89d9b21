select
    attribute,
    verdict,
    rule,
    source,
    is_findable,
    count(*) as customer_count
from {{ ref('golden_checks') }}
where not is_right
group by attribute, verdict, rule, source, is_findable
