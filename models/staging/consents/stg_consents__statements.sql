{#- What a word is taken for: the first pattern that fits its beginning. A "no" without a word for leaving is an unticked box. -#}
{%- set purposes = [
    ['ads_matching', 'ads_matching|ads matching|ad platform|рекламн[а-я]+ площадк'],
    ['personal_data', 'personal|processing|персональн|обработк|пдн'],
    ['marketing', 'marketing|advert|newsletter|promo|реклам|маркетинг|рассылк'],
] -%}
{%- set actions = [
    ['withdrawn', 'withdr|revoke|unsubscr|opt.?out|отозва|отзыв|отпис|отказ'],
    ['objected', 'object|возраж'],
    ['confirmed', 'confirm|подтвер'],
    ['expired', 'expire|истек|истёк'],
    ['granted', 'grant|given|subscrib|opt.?in|agree|yes$|true$|1$|дано|согла|подпис|да$'],
] -%}
{%- set channels = [
    ['email', 'e-?mail|mail|почт|письм'],
    ['sms', 'sms|смс'],
    ['phone', 'phone|call|телефон|звон'],
    ['messenger', 'messenger|telegram|whatsapp|мессендж|телеграм'],
    ['web_push', 'web.?push|push|веб.?пуш|пуш'],
    ['any', 'any$|all$|любой|все$'],
] -%}
with

source as (

    select * from {{ source('consents', 'statements') }}

),

read as (

    select
        {{ blank_to_null('record_id') }} as record_id,
        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('phone') }} as phone,
        {{ blank_to_null('telegram') }} as telegram,
        {{ taken_for('purpose', purposes) }} as purpose,
        {{ taken_for('action', actions) }} as action,
        list_transform({{ cell_values("coalesce(" ~ blank_to_null('channel') ~ ", 'any')") }}, lambda word: coalesce({{ taken_for('word', channels) }}, 'other')) as channels,
        {{ parse_timestamp('occurred_at', 'consents') }} as occurred_at,
        {{ parse_timestamp('expires_at', 'consents') }} as expires_at,
        lower({{ blank_to_null('method') }}) as method,
        lower({{ blank_to_null('legal_basis') }}) as legal_basis,
        {{ blank_to_null('document') }} as document,
        {{ blank_to_null('ip') }} as ip,
        {{ content_key(['record_id', 'email', 'phone', 'telegram', 'purpose', 'channel', 'action', 'occurred_at', 'expires_at', 'method', 'legal_basis', 'document', 'ip']) }} as source_key,
        {{ failed_casts({
            'occurred_at': ['occurred_at', parse_timestamp('occurred_at', 'consents')],
            'expires_at': ['expires_at', parse_timestamp('expires_at', 'consents')],
        }) }} as failed_casts,
        _extra, _file_id, _file_name, _exported_at, _line, _dlt_load_id
    from source

),

judged as (

    select
        read.*,
        case
            when coalesce(record_id, email, phone, telegram) is null then 'nobody is named: no record id, e-mail, phone or telegram'
            when purpose is null then 'the purpose is none of marketing, personal_data, ads_matching'
            when action is null then 'the action is none of granted, confirmed, withdrawn, objected, expired'
            when list_contains(channels, 'other') then 'a channel is none of email, sms, phone, messenger, web_push, any'
            when record_id is null and len(list_filter(channels, lambda named: not (
                (email is not null and {{ is_address_of("'email'", 'named') }}) or (phone is not null and {{ is_address_of("'phone'", 'named') }})
                or (telegram is not null and {{ is_address_of("'telegram'", 'named') }})
            ))) > 0 then 'no address of a channel that is named'
        end as problem
    from read

),

-- The same statement comes again with every export.
versioned as (

    {{ latest_per('judged', 'source_key', '_exported_at nulls last, _file_id, _line') }}

)

select * from versioned
