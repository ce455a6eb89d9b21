with

versions as (

    select
        imported.*,
        lag(is_opted_out) over (partition by source_key order by source_updated_at, _exported_at, _file_id, _line) as was_opted_out
    from {{ ref('stg_hubspot__contacts') }} as imported

),

-- An opt-out is dated by the first export that shows it. A cleared flag proves nothing: no grant is made of it.
opt_outs as (

    select
        source_key, email, 'marketing' as purpose, 'email' as channel, 'withdrawn' as action,
        cast(null as varchar) as legal_basis, source_updated_at as occurred_at,
        'crm_entry' as method, cast(null as varchar) as document,
        {{ json_object_text({'property': "'hs_email_optout'", 'value': 'unsubscribed_from_all_email', 'file': '_file_name'}) }} as evidence,
        {{ lineage() }}
    from versions
    where is_opted_out and not coalesce(was_opted_out, false)

),

-- HubSpot does not export when the confirmation came: the contact's creation is the earliest it can have been, so that any withdrawal is later.
confirmations as (

    select
        source_key, email, 'marketing' as purpose, 'email' as channel, 'confirmed' as action,
        'consent' as legal_basis, coalesce(source_created_at, source_updated_at) as occurred_at,
        'double_opt_in' as method, cast(null as varchar) as document,
        {{ json_object_text({'property': "'hs_emailconfirmationstatus'", 'value': 'email_confirmation_status', 'method': "'double opt-in'", 'file': '_file_name'}) }} as evidence,
        {{ lineage() }}
    from versions
    where is_latest and lower({{ blank_to_null('email_confirmation_status') }}) in ('confirmed', 'подтверждено', 'подтвержден')

),

changes as (

    select * from opt_outs
    union all
    select * from confirmations

)

select * from changes
