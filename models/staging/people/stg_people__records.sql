with

people as (

    select * from {{ ref('stg_people__people') }}
    where is_latest

),

renamed as (

    select

        ---------- ids
        'people:person:' || source_key as record_id,
        'people' as source,
        'person' as entity,
        source_key,

        ---------- person
        {{ blank_to_null(first_of_several('full_name')) }} as full_name,
        {{ blank_to_null(first_of_several('given_name')) }} as given_name,
        {{ blank_to_null(first_of_several('additional_name')) }} as additional_name,
        {{ blank_to_null(first_of_several('family_name')) }} as family_name,
        {{ gender(first_of_several('gender')) }} as gender,
        {{ parse_date(first_of_several('birth_date')) }} as birth_date,
        {{ birth_year(first_of_several('birth_date')) }} as birth_year,
        {{ birth_month(first_of_several('birth_date')) }} as birth_month,
        {{ birth_day(first_of_several('birth_date')) }} as birth_day,

        ---------- address
        {{ blank_to_null(first_of_several('street')) }} as street,
        {{ blank_to_null(first_of_several('locality')) }} as locality,
        {{ blank_to_null(first_of_several('region')) }} as region,
        {{ blank_to_null(first_of_several('postal_code')) }} as postal_code,
        {{ country_code(blank_to_null(first_of_several('country_code'))) }} as country_code,

        ---------- timestamps
        source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), [
            'language', 'company', 'job_title', 'lifecycle_stage', 'utm_source', 'utm_medium', 'utm_campaign', 'source_created_at',
        ]) }},

        ---------- the rest
        false as is_deleted,
        {{ extra_with(['source']) }} as extra,
        {{ failed_casts({
            'birth_date': ['birth_date', 'coalesce(' ~ birth_year(first_of_several('birth_date')) ~ ', ' ~ birth_month(first_of_several('birth_date')) ~ ')'],
            'gender': ['gender', gender(first_of_several('gender'))],
            'country_code': ['country_code', country_code(first_of_several('country_code'))],
            'source_updated_at': ['updated_at', 'written_at'],
        }) }} as failed_casts,
        _file_name as source_file_name,
        {{ lineage() }}

    from people

)

select * from renamed
