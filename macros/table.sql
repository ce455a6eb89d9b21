{#- A table made anew, in place of the old one in one transaction. dbt-duckdb's own makes it beside the old one, and renames and drops what it finds,
    for which it asks and tells the database six times more per model. -#}
{% materialization table, adapter='duckdb' %}
    {%- set target, before = this.incorporate(type='table'), load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') %}
        {% if before is not none %}drop {{ before.type }} {{ before.render() }};{% endif %}
        {{ create_table_as(False, target, sql) }}
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
