{#- What a cell is taken for: the first pattern that fits its beginning. A word for leaving counts wherever it stands, and a "no" beside anything makes the
    cell unclear ("not withdrawn", "granted: no"): it is set aside. A consent is one only if every word of the cell says so. A "no" alone is an unticked box. -#}
{%- set about_data, about_ads = 'personal.?data|processing|персональн[а-я]+ данн|обработк|пдн', 'marketing|advert|newsletter|promo|offer|реклам|маркетинг|рассылк|предложен|акци' -%}
{%- set purposes = [
    ['ads_matching', '.*(ads_matching|ads matching|ad platform|рекламн[а-я]+ площадк)'],
    ['unclear', '.*(' ~ about_data ~ ').*(' ~ about_ads ~ ')|.*(' ~ about_ads ~ ').*(' ~ about_data ~ ')'],
    ['personal_data', '.*(' ~ about_data ~ ')|(personal|персональн[а-я]+)$'],
    ['marketing', '.*(' ~ about_ads ~ ')'],
] -%}
{%- set yes = 'grant(ed|s)?|given|gave|subscri(be|bed|bes|ber|ption)|opt(ed)?.?in|agree[ds]?|consent(ed|s)?|yes|true|1|active|дан[оа]?|дали?|дала|есть|да|получен[оа]?|соглас(ие|ен|на|ны|ился|илась)|подпис(ан|ана|аны|ка|ался|алась|чик)|оформлен[оа]?|актив(ен|на|но)|действует' -%}
{%- set surely = 'confirm(ed|s|ation)?|double|подтвер(жден|ждён|ждена|ждено|ждение|дил|дила)|e-?mail|адрес|почта' -%}
{%- set about = 'to|for|the|на|к|от|клиента?|обработку|персональных|данных|пдн|рассылк[уаи]|рекламу|рекламы|marketing|newsletter' -%}
{%- set actions = [
    ['unclear', '(.*[^a-zа-яё])?(не|нет|no|not|never)([^a-zа-яё].*)?$'],
    ['withdrawn', '.*(withdr|revo[ck]|unsubscr|opt(ed)?.?out|cancel|отозв|отзыв|отзов|отпис|отказ|отмен|прекра|запре)'],
    ['objected', '(.*[^a-z])?(object|возраж)'],
    ['expired', '.*(expir|истек|истёк|законч|оконч)'],
    ['granted', '(' ~ yes ~ ')([^a-zа-яё0-9]+(' ~ yes ~ '|' ~ about ~ '))*$'],
    ['confirmed', '(' ~ yes ~ '|' ~ surely ~ '|' ~ about ~ ')([^a-zа-яё0-9]+(' ~ yes ~ '|' ~ surely ~ '|' ~ about ~ '))*$'],
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
        nullif({{ taken_for('action', actions) }}, 'unclear') as action,
        list_transform({{ cell_values("coalesce(" ~ blank_to_null('channel') ~ ", 'any')") }}, lambda word: coalesce({{ taken_for('word', channels) }}, 'other')) as channels,
        {{ parse_timestamp('occurred_at', 'consents') }} as occurred_at,
        {{ blank_to_null('occurred_at') }} not like '%:%' and not {{ matches(blank_to_null('occurred_at'), '[0-9]{9,16}([.][0-9]+)?') }} as is_day_only,
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

-- Whoever leaves, leaves: a channel that has no name here is then every channel, a purpose that names processing and advertising is processing, with
-- which advertising ends too, and of a day without an hour nobody knows what came before it.
understood as (

    select
        record_id, email, phone, telegram, action, is_stop, expires_at, method, legal_basis, document, ip, source_key, failed_casts,
        case when purpose <> 'unclear' then purpose when is_stop then 'personal_data' end as purpose,
        case when is_stop then list_transform(channels, lambda named: case when named = 'other' then 'any' else named end) else channels end as channels,
        case when is_stop and is_day_only then occurred_at + interval '86399' second else occurred_at end as occurred_at,
        _extra, _file_id, _file_name, _exported_at, _line, _dlt_load_id
    from (select *, coalesce(action in ('withdrawn', 'objected', 'expired'), false) as is_stop from read) as read

),

judged as (

    select
        record_id, email, phone, telegram, purpose, action, channels, occurred_at, expires_at, method, legal_basis, document, ip, source_key, failed_casts,
        _extra, _file_id, _file_name, _exported_at, _line, _dlt_load_id,
        case
            when coalesce(record_id, email, phone, telegram) is null then 'nobody is named: no record id, e-mail, phone or telegram'
            when purpose is null then 'the purpose is none of marketing, personal_data, ads_matching'
            when action is null then 'the action is none of granted, confirmed, withdrawn, objected, expired'
            when list_contains(channels, 'other') then 'a channel is none of email, sms, phone, messenger, web_push, any'
            when not is_stop and contains(failed_casts, 'expires_at') then 'the term of the consent cannot be read'
            when record_id is null and not is_stop and len(list_filter(channels, lambda named: not (
                (email is not null and {{ is_address_of("'email'", 'named') }}) or (phone is not null and {{ is_address_of("'phone'", 'named') }})
                or (telegram is not null and {{ is_address_of("'telegram'", 'named') }})
            ))) > 0 then 'no address of a channel that is named'
        end as problem
    from understood

),

-- The same statement comes again with every export.
versioned as (

    {{ latest_per('judged', 'source_key', '_exported_at nulls last, _file_id, _line') }}

)

select * from versioned
