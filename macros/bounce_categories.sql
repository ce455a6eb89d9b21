{# What each distinct status and diagnostic of a relation says of a bounce, by the seed `bounce_categories`: the row of the lowest rank that fits.
   Columns status, words and bounce_category; a null counts as an empty text. #}
{% macro bounce_categories(relation, status, words) -%}
    select
        said.status,
        said.words,
        coalesce(min_by(categories.category, categories.rank), 'unknown') as bounce_category
    from (select distinct coalesce({{ status }}, '') as status, coalesce({{ words }}, '') as words from {{ relation }}) as said
    left join {{ ref('bounce_categories') }} as categories
        on said.status like categories.status and lower(said.words) like categories.words
    group by said.status, said.words
{%- endmacro %}
