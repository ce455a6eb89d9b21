with

keyed as (

    select distinct
        {{ name_key('variant') }} as variant_key,
        {{ name_key('canonical') }} as canonical_key,
        language,
        nullif(gender, '') as gender

    from {{ ref('name_variants') }}

),

russian_forms as (

    select variant_key, gender, min(canonical_key) as canonical_key
    from keyed
    where language = 'ru'
    group by variant_key, gender

),

resolved as (

    select
        keyed.variant_key,
        coalesce(russian_forms.canonical_key, keyed.canonical_key) as canonical_key,
        coalesce(keyed.gender, russian_forms.gender) as gender,
        keyed.language,
        count(*) over (partition by keyed.canonical_key, keyed.language) as canonical_variants

    from keyed
    left join russian_forms
        on keyed.language = 'en'
        and keyed.canonical_key = russian_forms.variant_key
        and (keyed.gender = russian_forms.gender or keyed.gender is null)
    where keyed.variant_key <> keyed.canonical_key

),

by_gender as (

    select variant_key, canonical_key, language, canonical_variants, wanted.gender, case when resolved.gender is null then 1 else 0 end as is_guess
    from resolved
    inner join (select 'female' as gender union all select 'male' union all select 'unknown') as wanted
        on wanted.gender = 'unknown' or resolved.gender is null or resolved.gender = wanted.gender

),

ranked as (

    select
        variant_key,
        gender,
        canonical_key,
        row_number() over (partition by variant_key, gender order by is_guess, language desc, canonical_variants desc, canonical_key) as choice

    from by_gender

)

select variant_key, gender, canonical_key
from ranked
where choice = 1
