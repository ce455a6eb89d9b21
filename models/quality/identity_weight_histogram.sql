select
    cast(floor(match_weight) as integer) as weight_from,
    count(*) as pairs,
    count(case when decision = 'match' then 1 end) as matched,
    count(case when decision = 'review' then 1 end) as in_review,
    count(case when decision = 'no' then 1 end) as apart
from {{ source('identity', 'pairs') }}
where match_weight is not null
group by 1
