with

records as (

    select * from {{ ref('int_source_records') }}

),

names as (

    select * from {{ ref('int_record_names') }}

),

placeholder_birth_dates as (

    select * from {{ ref('int_placeholder_birth_dates') }}

),

placeholder_names as (

    select * from {{ ref('int_placeholder_names') }}

),

named as (

    select

        ---------- ids
        records.record_id,
        records.source,
        records.entity,
        records.source_key,

        ---------- strings
        if(placeholder_names.name is null, records.full_name, null) as full_name,
        if(placeholder_names.name is null, coalesce(names.given_name, records.given_name), null) as given_name,
        if(placeholder_names.name is null, coalesce(names.additional_name, records.additional_name), null) as additional_name,
        if(placeholder_names.name is null, coalesce(names.family_name, records.family_name), null) as family_name,
        names.given_name_key,
        names.given_key,
        names.additional_name_key,
        names.family_name_key,
        coalesce(records.gender, names.gender) as gender,
        records.street,
        records.locality,
        {{ address_key('records.street') }} as street_key,
        {{ address_key('records.locality') }} as locality_key,
        records.region,
        records.postal_code,
        records.country_code,
        records.language,
        records.company,
        records.job_title,
        records.lifecycle_stage,
        records.utm_source,
        records.utm_medium,
        records.utm_campaign,
        records.extra,
        records.failed_casts,

        ---------- numerics and dates
        if(placeholders.birth_date is null, records.birth_date, null) as birth_date,
        if(
            placeholders.birth_date is null or placeholders.is_year_known,
            coalesce(records.birth_year, cast(extract(year from records.birth_date) as integer)), null
        ) as birth_year,
        if(placeholders.birth_date is null, coalesce(records.birth_month, cast(extract(month from records.birth_date) as integer)), null) as birth_month,
        if(placeholders.birth_date is null, coalesce(records.birth_day, cast(extract(day from records.birth_date) as integer)), null) as birth_day,

        ---------- booleans
        coalesce(records.is_deleted, false) as is_deleted,

        ---------- timestamps and lineage
        records.source_created_at,
        records.source_updated_at,
        records.source_file_name,
        records._file_id,
        records._line,
        records._load_id

    from records
    left join placeholder_names on {{ written_name('records') }} = placeholder_names.name
    left join names
        on placeholder_names.name is null
        and coalesce(records.full_name, '') = coalesce(names.source_full_name, '')
        and coalesce(records.given_name, '') = coalesce(names.source_given_name, '')
        and coalesce(records.additional_name, '') = coalesce(names.source_additional_name, '')
        and coalesce(records.family_name, '') = coalesce(names.source_family_name, '')
    left join placeholder_birth_dates as placeholders on records.birth_date = placeholders.birth_date

)

select * from named
