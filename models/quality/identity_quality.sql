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
    model_version <> model_version_before as is_new_model,
    records,
    changed_records,
    clusters as customers,
    largest_cluster,
    review_pairs,
    precision,
    recall,
    f1,
    round(greatest(f1 - f1_margin, 0), 6) as f1_lower,
    round(least(f1 + f1_margin, 1), 6) as f1_upper,
    round(f1 - f1_before, 6) as f1_change,
    bcubed_f1,
    exact_share,
    over_merged,
    under_merged,
    matched_share,
    round(greatest(share_centre - share_margin, 0), 6) as matched_share_lower,
    round(least(share_centre + share_margin, 1), 6) as matched_share_upper,
    round(matched_share - matched_share_before, 6) as matched_share_change
from measured
