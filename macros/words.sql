{# Yes and no in the words of the exports Svod reads; any other word is null. #}
{% macro parse_boolean(expr) -%}
    {%- set text = "lower(" ~ trimmed(expr) ~ ")" -%}
    (case
        when {{ text }} in ('true', 't', 'yes', 'y', '1', '1.0', 'on', 'да', 'д', 'истина', '✓', '✔', '✅', '☑', '+', 'x', 'вкл', 'вкл.', 'checked', 'enabled', 'opted in', 'opted_in', 'opted-in', 'opt in', 'opt_in', 'opt-in', 'accepted', 'subscribed', 'подписан', 'подписана', 'согласен', 'согласна', 'есть', 'получено', 'granted', 'i agree', 'yes, i agree', 'agree', 'confirmed', 'да, согласен', 'да, согласна') then true
        when {{ text }} in ('false', 'f', 'no', 'n', '0', '0.0', 'off', 'нет', 'н', 'ложь', '✗', '✘', '❌', '☐', 'выкл', 'выкл.', 'unchecked', 'disabled', 'opted out', 'opted_out', 'opted-out', 'opt out', 'opt_out', 'opt-out', 'declined', 'rejected', 'unsubscribed', 'отписан', 'отписана', 'не подписан', 'не подписана', 'не согласен', 'не согласна', 'отказ', 'отозвано', 'denied', 'i do not agree', 'нет, не согласен', 'нет, не согласна') then false
    end)
{%- endmacro %}

{# Numbers are no gender: 1 is a man in ISO 5218 and a woman in VK. #}
{% macro gender(expr) -%}
    {%- set text = "lower(" ~ trimmed(expr) ~ ")" -%}
    (case
        when {{ text }} in ('f', 'female', 'woman', 'w', 'ж', 'жен', 'жен.', 'женский', 'женщина', 'mrs', 'mrs.', 'ms', 'ms.', 'miss', 'г-жа', 'госпожа') then 'female'
        when {{ text }} in ('m', 'male', 'man', 'м', 'муж', 'муж.', 'мужской', 'мужчина', 'mr', 'mr.', 'г-н', 'господин') then 'male'
    end)
{%- endmacro %}

{% macro language_code(expr) -%}
    {%- set text = "lower(" ~ trimmed(expr) ~ ")" -%}
    (case
        when {{ text }} in ('russian', 'русский', 'рус', 'rus') then 'ru'
        when {{ text }} in ('english', 'английский', 'англ', 'eng') then 'en'
        when {{ text }} in ('ukrainian', 'украинский', 'українська') then 'uk'
        when {{ text }} in ('kazakh', 'казахский', 'қазақ') then 'kk'
        when {{ text }} in ('belarusian', 'белорусский') then 'be'
        when {{ text }} in ('german', 'немецкий', 'deutsch') then 'de'
        when {{ text }} in ('french', 'французский', 'français') then 'fr'
        when {{ text }} in ('spanish', 'испанский', 'español') then 'es'
        when {{ matches(text, '[a-z]{2}([_-][a-z0-9-]+)*') }} then left({{ text }}, 2)
    end)
{%- endmacro %}

{# ISO 4217. RUR was the rouble's code before 1998 and lives on in exports. #}
{% macro currency_code(expr) -%}
    {%- set text = "lower(" ~ trimmed(expr) ~ ")" -%}
    (case
        when {{ text }} in ('rub', 'rur', '₽', 'р', 'р.', 'руб', 'руб.', 'рубль', 'рубли', 'рублей', 'российский рубль') then 'RUB'
        when {{ text }} in ('usd', '$', 'us$', 'доллар', 'долл.', 'доллары', 'доллар сша', 'us dollar', 'dollar') then 'USD'
        when {{ text }} in ('eur', '€', 'евро', 'euro') then 'EUR'
        when {{ text }} in ('gbp', '£', 'фунт', 'фунт стерлингов', 'british pound', 'pound') then 'GBP'
        when {{ text }} in ('kzt', '₸', 'тг', 'тг.', 'тенге') then 'KZT'
        when {{ text }} in ('byn', 'byr', 'белорусский рубль', 'br') then 'BYN'
        when {{ text }} in ('uah', '₴', 'гривна', 'грн', 'грн.') then 'UAH'
        when {{ text }} in ('cny', '¥', 'юань') then 'CNY'
        when {{ matches(text, '[a-z]{3}') }} then upper({{ text }})
    end)
{%- endmacro %}
