{#- A table made anew, in place of the old one in one transaction. dbt-duckdb's own makes it beside the old one, and renames and drops what it finds,
    for which it asks and tells the database six times more per model.

    From the marts on, where tables by customer keep what lasts, a plain table lives for a day. Packing its texts costs more than half of writing it,
    so they stay as they are; what is published is packed. -#}
{% materialization table, adapter='duckdb' %}
    {%- set target, before = this.incorporate(type='table'), load_cached_relation(this) -%}
    {%- set lives_for_a_day = config.get('materialized') == 'table' and model.fqn[1] in ('marts', 'segments') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') %}
        {% if lives_for_a_day %}set disabled_compression_methods = 'dict_fsst';{% endif %}
        {% if before is not none %}drop {{ before.type }} {{ before.render() }};{% endif %}
        {{ create_table_as(False, target, sql) }}
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {% if lives_for_a_day %}{% do run_query('reset disabled_compression_methods') %}{% endif %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
