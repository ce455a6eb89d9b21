{# On the day of the run nothing jumped; the rows name what did. #}
{% test no_jump(model) %}
    select * from {{ model }} where is_latest and is_jump
{% endtest %}
