{#- Tables with rows per customer, of which a run rebuilds only the customers of whom something changed.

    A model materialized as `fingerprints` has one number per customer, made of everything the marts read of it (`row_hash`). The table keeps
    in which build the number last changed, and those who are gone with none. A model materialized as `by_customer` names those it `follows`,
    directly or through its parents, and marks in its SQL where rows are of a changed customer (`is_changed`); without
    the mark's meaning, in unit tests and on other engines, it is plain SQL for everybody. Where rows also hang on a time that passes
    (a window), a column named in the config `stands_until` tells the moment at which the customer must be looked at again.

    Where rows are not of customers, the config `key` of both names the column that says whose they are.

    What a table is up to is its comment, written in the transaction that changes its rows: the code it was made with, and for each
    fingerprints model the build through which it is right, which is never later than that of any parent. So it does not matter which models
    a run builds, or where it is killed. A new table, other code, another seed, or fingerprints begun anew: everything is built.

    The rows that a run has rebuilt it also keeps in memory (database `rebuilt`, with from which build to which as the table's comment), so that a
    model that follows the same need not look for them among millions of its parent's. -#}

{% macro is_changed(customer_id) -%}
    true /* of a changed customer: {{ customer_id }} */
{%- endmacro %}


{#- The model is rebuilt for whom these fingerprints changed. A unit test gives a model what it reads, and it reads none of them. -#}
{% macro follows(fingerprints) -%}
    {%- if model.resource_type != 'unit_test' %}{% do ref(fingerprints) %}{% endif -%}
{%- endmacro %}


{% materialization by_customer, adapter='duckdb' %}
    {%- set states_of_tables = by_customer__states() -%}
    {%- set up_to = by_customer__up_to(sql, states_of_tables) -%}
    {%- set before = states_of_tables.get(this.schema ~ '.' ~ this.identifier) -%}
    {% if not by_customer__is_continued(before, up_to) %}
        {% do materialization_table_duckdb() %}
        {% do run_query(by_customer__remember(up_to)) %}
    {% else %}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
        {%- set changed, rows = by_customer__changed(before), by_customer__rebuilt(this.schema, this.identifier) -%}
        {#- A transaction writes to one database, so the rows are kept before it begins. -#}
        {% do run_query("attach if not exists ':memory:' as rebuilt; create or replace table " ~ rows ~ ' as ' ~ by_customer__narrowed(sql, changed, before, up_to, states_of_tables)
            ~ '; comment on table ' ~ rows ~ " is '" ~ tojson({'code': up_to.code, 'follows': before.follows, 'through': up_to.follows}, sort_keys=true) ~ "'") %}
        {% call statement('main') %}
            delete from {{ this.render() }} where coalesce({{ config.get('key', 'customer_id') }}, '') in (select key from {{ changed }});
            insert into {{ this.render() }} by name select * from {{ rows }};
            {{ by_customer__remember(up_to) }}
        {% endcall %}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% endif %}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}


{% materialization fingerprints, adapter='duckdb' %}
    {%- set table, key = this.render(), config.get('key', 'customer_id') -%}
    {%- set now, moved = adapter.quote(this.identifier ~ '__now'), adapter.quote(this.identifier ~ '__moved') -%}
    {%- set states_of_tables = by_customer__states() -%}
    {%- set up_to = by_customer__up_to(sql, states_of_tables) -%}
    {%- set before = states_of_tables.get(this.schema ~ '.' ~ this.identifier) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if before and before.code == up_to.code and load_cached_relation(this) is not none and not should_full_refresh() and not var('rebuild') %}
        {%- set known = before.follows[this.identifier] -%}
        {% do up_to.follows.update({this.identifier: [known[0], known[1] + 1]}) %}
        {% do run_query('create or replace temp table ' ~ now ~ ' as ' ~ sql) %}
        {% do run_query('create or replace temp table ' ~ moved ~ ' as select coalesce(today.' ~ key ~ ', known.' ~ key ~ ') as ' ~ key ~ ', today.fingerprint from '
            ~ now ~ ' as today full join ' ~ table ~ ' as known on today.' ~ key ~ ' = known.' ~ key ~ ' where today.fingerprint is distinct from known.fingerprint') %}
        {% call statement('main') %}
            delete from {{ table }} where {{ key }} in (select {{ key }} from {{ moved }});
            insert into {{ table }} select {{ key }}, fingerprint, {{ known[1] + 1 }} from {{ moved }};
            {{ by_customer__remember(up_to) }}
        {% endcall %}
    {% else %}
        {% do up_to.follows.update({this.identifier: [run_query('select cast(uuid() as string)').rows[0][0], 1]}) %}
        {% do adapter.drop_relation(load_cached_relation(this)) if load_cached_relation(this) is not none %}
        {% call statement('main') %}
            create table {{ table }} as select {{ key }}, fingerprint, cast(1 as bigint) as changed_in from ({{ sql }}) as today;
            {{ by_customer__remember(up_to) }}
        {% endcall %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}


{#- One number for everything a row says but where it was read; a sum of them does not depend on the rows' order. -#}
{% macro row_hash(relation, alias, leave_out=[], also=[]) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(relation) if not column.name.startswith('_') and column.name not in leave_out -%}
            {%- do found.append(alias ~ '.' ~ adapter.quote(column.name)) -%}
        {%- endfor -%}
    {%- endif -%}
    hash(hash({{ (found + also) | join(', ') or '0' }}))
{%- endmacro %}

{#- Whose a row is, for rows that may be nobody's. -#}
{% macro owner(customer_id) -%}
    coalesce({{ customer_id }}, '')
{%- endmacro %}


{#- What the comments of all tables say: {schema.table: {code, follows: {model: [since when it counts, build]}}}, and of rows kept in memory {rebuilt.schema.table: …}. -#}
{% macro by_customer__states() %}
    {%- set states = {} -%}
    {%- set query = "select if(database_name = 'rebuilt', 'rebuilt.', schema_name || '.') || table_name, comment from duckdb_tables() "
        ~ "where comment like '{\"code\":%' and database_name in ('rebuilt', '" ~ this.database ~ "')" -%}
    {% for row in run_query(query).rows %}{% do states.update({row[0]: fromjson(row[1])}) %}{% endfor %}
    {{ return(states) }}
{% endmacro %}


{% macro by_customer__rebuilt(schema, name) %}
    {{ return('rebuilt.main.' ~ adapter.quote(schema ~ '.' ~ name)) }}
{% endmacro %}


{#- What this model will be up to when built now: by its own SQL but for the clock, its seeds, and what its parents are up to. -#}
{% macro by_customer__up_to(sql, states) %}
    {%- set code, follows = [sql | replace(var('run_at'), '')], {} -%}
    {% for parent in by_customer__parents(model) %}
        {% if parent.resource_type == 'seed' or parent.config.materialized == 'view' %}
            {% do code.append(parent.checksum.checksum) %}
        {% elif parent.config.materialized in ('by_customer', 'fingerprints', 'history') %}
            {%- set state = states.get(parent.schema ~ '.' ~ parent.name, {'code': 'none', 'follows': {}}) -%}
            {% if parent.config.materialized != 'history' %}{% do code.append(state.code) %}{% endif %}
            {% for name, through in state.follows.items() %}
                {%- set other = follows.get(name, through) -%}
                {% do follows.update({name: [through[0] if through[0] == other[0] else 'several', [through[1], other[1]] | min]}) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {%- set up_to = {'code': local_md5(code | join('\n')), 'follows': follows if config.get('materialized') != 'fingerprints' else {}} -%}
    {% if config.get('stands_until') %}{% do up_to.update({'run_at': var('run_at')}) %}{% endif %}
    {{ return(up_to) }}
{% endmacro %}


{#- The nodes this one reads, through views. -#}
{% macro by_customer__parents(node) %}
    {%- set found = [] -%}
    {% for name in node.depends_on.nodes if name in graph.nodes %}
        {%- set parent = graph.nodes[name] -%}
        {% do found.append(parent) %}
        {% if parent.resource_type == 'model' and parent.config.materialized == 'view' %}{% do found.extend(by_customer__parents(parent)) %}{% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{% macro by_customer__is_continued(before, up_to) %}
    {%- set relation = load_cached_relation(this) -%}
    {% if relation is none or not before or before.code != up_to.code or should_full_refresh() or before.follows.keys() | sort != up_to.follows.keys() | sort %}
        {{ return(false) }}
    {% endif %}
    {% for name, through in up_to.follows.items() if before.follows[name][0] != through[0] %}{{ return(false) }}{% endfor %}
    {#- What stood at a later moment need not have stood at an earlier one. -#}
    {% if up_to.run_at and (before.run_at or '9999') > up_to.run_at %}{{ return(false) }}{% endif %}
    {{ return(up_to.follows | length > 0) }}
{% endmacro %}


{#- A temporary table of the customers (or whoever the fingerprints' key names) that changed since this model was built. -#}
{% macro by_customer__changed(before) %}
    {%- set changed, parts = adapter.quote(this.identifier ~ '__changed'), [] -%}
    {% for name, through in before.follows.items() %}
        {%- set fingerprints = (graph.nodes.values() | selectattr('name', 'equalto', name) | list)[0] -%}
        {% do parts.append('select ' ~ fingerprints.config.get('key', 'customer_id') ~ ' as key from ' ~ adapter.quote(fingerprints.schema) ~ '.' ~ adapter.quote(name) ~ ' where changed_in > ' ~ through[1]) %}
    {% endfor %}
    {% if config.get('stands_until') %}
        {% do parts.append('select ' ~ config.get('key', 'customer_id') ~ ' as key from ' ~ this.render() ~ ' where ' ~ config.get('stands_until') ~ ' <= ' ~ run_at()) %}
    {% endif %}
    {% do run_query('create or replace temp table ' ~ changed ~ ' as ' ~ parts | join(' union ')) %}
    {{ return(changed) }}
{% endmacro %}


{#- The query for the changed customers only, of parents that were rebuilt for the same customers in this run their rebuilt rows. -#}
{% macro by_customer__narrowed(sql, changed, before, up_to, states) %}
    {%- set found = {'sql': modules.re.sub('true /[*] of a changed customer: (.+?) [*]/', "coalesce(\\1, '') in (select key from " ~ changed ~ ')', sql)} -%}
    {% for parent in by_customer__parents(model) if parent.config.materialized == 'by_customer' and not config.get('stands_until') %}
        {%- set rebuilt = states.get('rebuilt.' ~ parent.schema ~ '.' ~ parent.name) -%}
        {% if rebuilt and by_customer__covers(rebuilt, before.follows, up_to.follows) %}
            {% do found.update({'sql': found.sql | replace(parent.relation_name, by_customer__rebuilt(parent.schema, parent.name))}) %}
        {% endif %}
    {% endfor %}
    {{ return(found.sql) }}
{% endmacro %}


{#- Whether rows that were rebuilt are those of all customers that changed since `before`, as of now. -#}
{% macro by_customer__covers(rebuilt, before, now) %}
    {% if rebuilt.follows.keys() | sort != before.keys() | sort %}{{ return(false) }}{% endif %}
    {% for name, from in rebuilt.follows.items() if from[0] != before[name][0] or from[1] > before[name][1] or rebuilt.through[name] != now[name] %}
        {{ return(false) }}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}


{% macro by_customer__remember(up_to) %}
    {{ return('comment on table ' ~ this.render() ~ " is '" ~ tojson(up_to, sort_keys=true) ~ "'") }}
{% endmacro %}
