with

laid_out as (

    select *, split_part(name_text, ' ', 1) as first_token, split_part(name_text, ' ', 2) as second_token,
        regexp_extract(name_text, '[^ ]+$', 0) as last_token,
        nullif(trim(regexp_extract(name_text, '^[^ ]+ [^ ]+ (.*)$', 1)), '') as after_second,
        nullif(trim(regexp_extract(name_text, '^[^ ]+ (.*) [^ ]+$', 1)), '') as between_ends
    from {{ ref('int_name_layouts') }}

),

parts as (

    select
        full_name as source_full_name,
        given_name as source_given_name,
        additional_name as source_additional_name,
        family_name as source_family_name,
        layout,
        case
            when layout = 'parts' then given_name
            when layout = 'swapped' then family_name
            when layout like 'given%' then first_token
            when layout like 'family given%' then second_token
        end as given_name,
        case
            when layout in ('parts', 'swapped') then additional_name
            when layout = 'given middle family' then between_ends
            when layout = 'family given patronymic' then after_second
            when layout like 'given patronymic%' then second_token
        end as additional_name,
        case
            when layout = 'parts' then family_name
            when layout = 'swapped' then given_name
            when layout like 'family%' then first_token
            when layout = 'given family' then second_token
            when layout = 'given middle family' then last_token
            when layout = 'given patronymic family' then after_second
        end as family_name

    from laid_out

),

keyed as (

    select
        *,
        {{ name_key('given_name') }} as given_key,
        {{ name_key('additional_name') }} as additional_name_key,
        {{ name_key('family_name') }} as family_name_key,
        case
            when {{ matches('lower(additional_name)', '.*(овна|евна|ична|ovna|evna|ichna)') }} then 'female'
            when {{ matches('lower(additional_name)', '.*(ович|евич|ьич|ovich|evich)') }} then 'male'
        end as patronymic_gender,
        case
            when {{ matches('lower(family_name)', '.*(ова|ева|ёва|ская|цкая|ova|eva|skaya)') }} then 'female'
            when {{ matches('lower(family_name)', '.*(ов|ев|ёв|ский|цкий)') }} then 'male'
        end as family_gender

    from parts

),

gendered as (

    select keyed.*, coalesce(patronymic_gender, int_given_names.gender, family_gender) as gender
    from keyed
    left join {{ ref('int_given_names') }} as int_given_names on keyed.given_key = int_given_names.name_key

),

canonical as (

    select
        gendered.*,
        case when not {{ matches('given_key', '[a-z]') }} then coalesce(int_name_variants.canonical_key, given_key) end as given_name_key
    from gendered
    left join {{ ref('int_name_variants') }} as int_name_variants
        on gendered.given_key = int_name_variants.variant_key and coalesce(gendered.gender, 'unknown') = int_name_variants.gender

)

select * from canonical
