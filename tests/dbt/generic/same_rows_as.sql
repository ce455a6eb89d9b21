{# Both relations hold the same values of the column: none is lost on the way and none appears from nowhere. #}
{% test same_rows_as(model, other, column) %}
    select coalesce(here.{{ column }}, there.{{ column }}) as {{ column }}
    from {{ model }} as here
    full join {{ other }} as there on here.{{ column }} = there.{{ column }}
    where here.{{ column }} is null or there.{{ column }} is null
{% endtest %}
