with

bounced as (

    select line_id, kind, channel, code, status, diagnostic from {{ ref('stg_responses__lines') }}
    where kind = 'bounced' or (kind = 'failed' and outcome = 'failed' and code is not null)

),

categories as (

    {{ bounce_categories('bounced', 'status', 'diagnostic') }}

),

classified as (

    select bounced.*, categories.bounce_category
    from bounced
    inner join categories
        on coalesce(bounced.status, '') = categories.status and coalesce(bounced.diagnostic, '') = categories.words

)

-- What the sender gave up by itself, as a text that is too long, is nobody's bounce.
select line_id, bounce_category from classified
where kind = 'bounced' or bounce_category <> 'unknown' or (channel = 'email' and {{ matches('code', '[45][0-9][0-9]') }})
