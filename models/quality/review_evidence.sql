with

evidence as (

    select * from {{ source('identity', 'pair_evidence') }}

),

queue as (

    select left_record_id, right_record_id from {{ ref('review_queue') }}

)

select
    evidence.left_record_id,
    evidence.right_record_id,
    evidence.comparison,
    evidence.level,
    evidence.bits
from evidence
inner join queue
    on evidence.left_record_id = queue.left_record_id and evidence.right_record_id = queue.right_record_id
