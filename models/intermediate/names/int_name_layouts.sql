{% set male_patronymic, female_patronymic = '.*(ович|евич|ьич|мич|кич|ovich|evich|yevich|iyevich|ich)', '.*(овна|евна|ична|инична|ovna|evna|ichna|yevna)' %}
{% set surname = '.*(ов|ев|ёв|ин|ын|ова|ева|ёва|ина|ына|ский|ская|цкий|цкая|енко|чук|юк|ян|швили|ov|ev|yov|off|ova|eva|sky|skiy|skaya|enko|chuk|yan)' %}

with

spellings as (

    select distinct full_name, given_name, additional_name, family_name
    from {{ ref('int_source_records') }}
    where full_name is not null or given_name is not null or family_name is not null

),

texts as (

    select
        *,
        given_name is not null and family_name is not null as has_parts,
        trim(regexp_replace(replace(coalesce(full_name, concat_ws(' ', family_name, given_name, additional_name)), ',', ' '), ' +', ' ', 'g')) as name_text,
        coalesce(full_name like '%,%', false) as has_comma

    from spellings

),

tokens as (

    select
        *,
        case when has_parts then given_name else split_part(name_text, ' ', 1) end as first_token,
        case when has_parts then family_name else split_part(name_text, ' ', 2) end as second_token,
        case when has_parts then '' else split_part(name_text, ' ', 3) end as third_token,
        length(name_text) - length(replace(name_text, ' ', '')) + 1 as token_count

    from texts

),

recognized as (

    select
        tokens.*,
        first_names.name_key is not null as first_is_given,
        second_names.name_key is not null as second_is_given,
        {{ matches('lower(first_token)', surname) }} as first_is_family,
        {{ matches('lower(second_token)', surname) }} as second_is_family,
        {{ matches('lower(second_token)', male_patronymic) }} or {{ matches('lower(second_token)', female_patronymic) }} as second_is_patronymic,
        {{ matches('lower(second_token)', female_patronymic) }} as second_is_female_patronymic,
        {{ matches('lower(third_token)', male_patronymic) }} or {{ matches('lower(third_token)', female_patronymic) }} as third_is_patronymic,
        {{ matches('lower(name_text)', '.*[а-яё].*') }} as is_cyrillic

    from tokens
    left join {{ ref('int_given_names') }} as first_names on {{ name_key('tokens.first_token') }} = first_names.name_key
    left join {{ ref('int_given_names') }} as second_names on {{ name_key('tokens.second_token') }} = second_names.name_key

),

laid_out as (

    select
        full_name, given_name, additional_name, family_name, name_text,
        case
            when has_parts then case when second_is_given and not first_is_given and first_is_family then 'swapped' else 'parts' end
            when token_count = 1 and full_name is null then case when family_name is null then 'given' else 'family' end
            when token_count = 1 then case when first_is_family and not first_is_given then 'family' else 'given' end
            when token_count = 2 and has_comma then 'family given'
            when token_count = 2 and (second_is_female_patronymic or (second_is_patronymic and first_is_given)) then 'given patronymic'
            when token_count = 2 and first_is_given <> second_is_given then case when first_is_given then 'given family' else 'family given' end
            when token_count = 2 and first_is_family <> second_is_family then case when first_is_family then 'family given' else 'given family' end
            when token_count = 2 then case when is_cyrillic then 'family given' else 'given family' end
            when third_is_patronymic or has_comma then 'family given patronymic'
            when second_is_patronymic then 'given patronymic family'
            when first_is_given or not is_cyrillic then 'given middle family'
            else 'family given patronymic'
        end as layout

    from recognized

)

select * from laid_out
