-- What was said no to at an address, whoever uses it.
select purpose, channel, identifier_type, value, max(effective_at) as stopped_at, max(weight) as weight
from {{ ref('consent_statements') }}
where purpose in ('marketing', 'ads_matching') and kind in ('withdrawal', 'end') and value is not null
group by purpose, channel, identifier_type, value
