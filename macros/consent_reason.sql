{# Why a consent is in the state it is in, in words. #}
{% macro consent_reason(stretch, decision, method) -%}
    case {{ stretch }}.state
        when 'granted' then 'consent: ' || {{ method }}.title
        when 'withdrawn' then
            case when {{ decision }}.purpose <> {{ decision }}.stated_purpose then 'processing of personal data was ' else '' end
            || case {{ decision }}.action when 'objected' then 'objected to' else 'withdrawn' end
            || coalesce(': ' || {{ method }}.title, '')
        when 'other_basis' then 'lawful without consent: ' || replace({{ decision }}.legal_basis, '_', ' ')
        when 'expired' then 'was given for a time that is over'
        when 'unproven' then 'does not count: ' || {{ stretch }}.objection
    end
{%- endmacro %}
