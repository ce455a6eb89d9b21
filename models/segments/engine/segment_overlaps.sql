with

members as (

    select customer_id, segment from {{ ref('segment_members') }}

),

sizes as (

    select catalog.segment, count(members.customer_id) as members_count
    from {{ ref('segment_catalog') }} as catalog
    left join members on catalog.segment = members.segment
    group by catalog.segment

),

common as (

    select one.segment, other.segment as other_segment, count(*) as common_count
    from members as one
    inner join members as other on one.customer_id = other.customer_id
    group by one.segment, other.segment

),

compared as (

    select
        one.segment,
        other.segment as other_segment,
        one.members_count,
        other.members_count as other_members_count,
        coalesce(common.common_count, 0) as common_count,
        cast(coalesce(common.common_count, 0) / nullif(one.members_count, 0) as double) as common_share,
        cast(coalesce(common.common_count, 0) / nullif(one.members_count + other.members_count - coalesce(common.common_count, 0), 0) as double) as jaccard

    from sizes as one
    cross join sizes as other
    left join common on one.segment = common.segment and other.segment = common.other_segment

)

select * from compared
