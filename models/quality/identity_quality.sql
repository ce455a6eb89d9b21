with

runs as (

    select * from {{ source('identity', 'runs') }}

),

-- Half the width of a 95% interval. A share of n records is Wilson's; F1 has its own standard error, of people instead of pairs.
measured as (

    select
        *,
        row_number() over (order by run_number desc) = 1 as is_latest,
        1.96 * f1_error as f1_margin,
        (matched_share + 1.9208 / records) / (1 + 3.8416 / records) as share_centre,
        1.96 * sqrt(matched_share * (1 - matched_share) / records + 0.9604 / (records * records)) / (1 + 3.8416 / records) as share_margin,
        nullif(must_links + cannot_links, 0) as labels,
        (must_links_found + cannot_links - cannot_links_joined) / nullif(must_links + cannot_links, 0) as label_accuracy,
        lag(f1) over (order by run_number) as f1_before,
        lag(matched_share) over (order by run_number) as matched_share_before,
        lag(model_version) over (order by run_number) as model_version_before

    from runs
    where records > 0

)

select
    run_number,
    run_at,
    is_latest,
    model_version,
    model_kind,
    threshold,
    model_version <> model_version_before as is_new_model,
    records,
    changed_records,
    clusters as customers,
    largest_cluster,
    review_pairs,
    precision,
    recall,
    f1,
    case when f1_margin is not null then round(greatest(f1 - f1_margin, 0), 6) end as f1_lower,
    case when f1_margin is not null then round(least(f1 + f1_margin, 1), 6) end as f1_upper,
    round(f1 - f1_before, 6) as f1_change,
    bcubed_f1,
    exact_share,
    over_merged,
    under_merged,
    matched_share,
    round(greatest(share_centre - share_margin, 0), 6) as matched_share_lower,
    round(least(share_centre + share_margin, 1), 6) as matched_share_upper,
    round(matched_share - matched_share_before, 6) as matched_share_change,
    cluster_size_drift,
    match_weight_drift,
    coalesce(labels, 0) as labels,
    round(must_links_found / nullif(must_links_found + cannot_links_joined, 0), 6) as label_precision,
    round(must_links_found / nullif(must_links, 0), 6) as label_recall,
    round(label_accuracy, 6) as label_accuracy,
    round((label_accuracy + 1.9208 / labels - label_spread) / (1 + 3.8416 / labels), 6) as label_accuracy_lower,
    round((label_accuracy + 1.9208 / labels + label_spread) / (1 + 3.8416 / labels), 6) as label_accuracy_upper
from (select *, 1.96 * sqrt(label_accuracy * (1 - label_accuracy) / labels + 0.9604 / (labels * labels)) as label_spread from measured) as spread
