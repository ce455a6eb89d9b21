with

leads as (

    select
        source_key,
        {{ each_of('answers') }} as item
    from {{ ref('stg_vk_leads__leads') }}

),

-- An answer is an object, or a list of objects where several could be ticked.
questions as (

    select
        source_key,
        {{ json_text('item', 'key') }} as question,
        lower(replace(trim({{ json_text('item', 'key') }}), '_', ' ')) as question_words,
        {{ json_list('item', 'answer') }} as choices
    from leads

),

choices as (

    select
        source_key,
        question,
        question_words,
        {{ each_of('choices') }} as choice
    from questions

),

answers as (

    select
        source_key,
        question,
        case
            when question_words in ('first name', 'имя', 'name') then 'given_name'
            when question_words in ('patronymic name', 'patronymic', 'middle name', 'отчество') then 'additional_name'
            when question_words in ('last name', 'фамилия', 'surname') then 'family_name'
            when question_words in ('full name', 'фио', 'имя и фамилия', 'фамилия и имя', 'полное имя', 'ваше имя') then 'full_name'
            when question_words in ('phone number', 'phone', 'телефон', 'номер телефона', 'мобильный телефон') then 'phone'
            when question_words in ('email', 'e-mail', 'mail', 'почта', 'электронная почта', 'эл. почта', 'адрес электронной почты') then 'email'
            when question_words in ('birthday', 'birth date', 'date of birth', 'bdate', 'дата рождения', 'день рождения') then 'birth_date'
            when question_words in ('city', 'location', 'город', 'населенный пункт', 'населённый пункт') then 'locality'
            when regexp_matches(question_words, '(personal|персональн).*(data|данн)') then 'personal_data_consent'
            when regexp_matches(question_words, 'consent|agree|соглас|рассылк|marketing') then 'marketing_consent'
            else 'other'
        end as field,
        {{ text_list(blank_to_null(json_text('choice', 'value'))) }} as answer
    from choices
    where {{ blank_to_null(json_text('choice', 'value')) }} is not null
    group by source_key, question, question_words

)

select * from answers
