{{ config(materialized='view') }} -- six subtractions; a copy would cost more than it saves
select
    customer_id
    {%- for what in ['touch', 'visit', 'app_use', 'delivery', 'open', 'click'] %},
    cast({{ days_between('last_' ~ what ~ '_at', run_at()) }} as bigint) as days_since_{{ what }}
    {%- endfor %}
from {{ ref('customer_last_times') }}
