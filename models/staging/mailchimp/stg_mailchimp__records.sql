with

-- An address merge field exports as "street  city  region  postal code  country", two blanks apart.
members as (

    select
        members.*,
        {{ blank_to_null('address') }} is not null and length(address) - length(replace(address, '  ', ' ')) = 4 as has_whole_address
    from {{ ref('stg_mailchimp__members') }} as members
    where is_latest

),

renamed as (

    select

        ---------- ids
        record_id,
        'mailchimp' as source,
        'subscriber' as entity,
        source_key,

        ---------- person
        {{ blank_to_null('first_name') }} as given_name,
        {{ blank_to_null('last_name') }} as family_name,
        {{ parse_date('birthday') }} as birth_date,
        {{ birth_year('birthday') }} as birth_year,
        {{ birth_month('birthday') }} as birth_month,
        {{ birth_day('birthday') }} as birth_day,

        ---------- address
        {{ blank_to_null("case when has_whole_address then split_part(address, '  ', 1) else address end") }} as street,
        {{ blank_to_null("case when has_whole_address then split_part(address, '  ', 2) end") }} as locality,
        coalesce({{ blank_to_null("case when has_whole_address then split_part(address, '  ', 3) end") }}, {{ blank_to_null('region') }}) as region,
        {{ blank_to_null("case when has_whole_address then split_part(address, '  ', 4) end") }} as postal_code,
        coalesce({{ country_code("case when has_whole_address then split_part(address, '  ', 5) end") }}, {{ country_code('cc') }}) as country_code,

        ---------- where from
        state as lifecycle_stage,

        ---------- timestamps
        coalesce(opted_in_at, confirmed_at) as source_created_at,
        source_updated_at,

        ---------- not said here
        {{ empty_columns(record_columns(), [
            'full_name', 'additional_name', 'gender', 'language', 'company', 'job_title', 'utm_source', 'utm_medium', 'utm_campaign',
        ]) }},

        ---------- the rest
        false as is_deleted,
        {{ json_object_text({
            'tags': json_list_of_quoted('tags'), 'notes': 'notes', 'member_rating': 'member_rating', 'timezone': 'timezone',
            'latitude': 'latitude', 'longitude': 'longitude', 'leid': 'leid',
        }, base='_extra') }} as extra,
        {{ failed_casts({
            'birth_date': ['birthday', 'coalesce(' ~ birth_year('birthday') ~ ', ' ~ birth_month('birthday') ~ ')'],
            'country_code': ['cc', country_code('cc')],
            'opted_in_at': ['optin_time', 'opted_in_at'],
            'confirmed_at': ['confirm_time', 'confirmed_at'],
            'unsubscribed_at': ['unsub_time', 'unsubscribed_at'],
            'source_updated_at': ['last_changed', parse_timestamp('last_changed', 'mailchimp')],
        }) }} as failed_casts,
        _file_name as source_file_name,
        {{ lineage() }}

    from members

)

select * from renamed
