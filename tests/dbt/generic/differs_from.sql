{# The two columns of a row never hold the same value. #}
{% test differs_from(model, column_name, other) %}
    select * from {{ model }} where {{ column_name }} = {{ other }}
{% endtest %}
