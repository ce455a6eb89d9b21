{#- A table of every state its query has had: each row with when it came to hold (`valid_from`) and ceased to (`valid_to`).

    dbt's own snapshots know only the present clock, and forget a state that a second run of the same day corrected; this goes by `run_at`
    and may be run again at any time. It is never rebuilt: `--full-refresh` keeps it. What each run added or ended is also written to a
    file below `<data>/history`, from which a lost warehouse gets its history back. Where the query follows fingerprints (see `by_customer`),
    only customers that changed are compared.

    config: unique_key, the columns that name a row of the query at one time. -#}
{% materialization history, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set states = this.render() -%}
    {%- set now = adapter.quote(this.identifier ~ '__now') -%}
    {%- set ledger = env_var('SVOD_DATA', 'data') ~ '/history/' ~ this.identifier -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set states_of_tables = by_customer__states() -%}
    {%- set up_to = by_customer__up_to(sql, states_of_tables) -%}
    {%- set before = states_of_tables.get(this.schema ~ '.' ~ this.identifier) -%}
    {%- set scope = none -%}
    {% if by_customer__is_continued(before, up_to) %}
        {%- set scope = by_customer__changed(before) -%}
        {#- A run repeated at the same moment looks at more customers than were rebuilt. -#}
        {%- set repeated = 'select customer_id from ' ~ states ~ ' where valid_from = ' ~ run_at() ~ ' or valid_to = ' ~ run_at() -%}
        {%- set is_repeated = run_query('select count(*) from (' ~ repeated ~ ')').rows[0][0] > 0 -%}
        {% if is_repeated %}{% do run_query('insert into ' ~ scope ~ ' ' ~ repeated) %}{% endif %}
    {% endif %}
    {% do run_query('create or replace temp table ' ~ now ~ ' as ' ~ (by_customer__narrowed(sql, scope, before, up_to, {} if is_repeated else states_of_tables) if scope else sql)) %}
    {%- set columns = run_query('select column_name, column_type from (describe ' ~ now ~ ')').rows -%}
    {% if load_cached_relation(this) is none %}
        {% do run_query('create table ' ~ states ~ ' as select *, ' ~ run_at() ~ ' as valid_from, ' ~ run_at() ~ ' as valid_to from ' ~ now ~ ' where false') %}
        {% do history__restore(states, ledger, config.require('unique_key')) %}
    {% endif %}
    {% do history__add_columns(states, columns) %}
    {%- set later = run_query('select count(*) from ' ~ states ~ ' where valid_from > ' ~ run_at() ~ ' or valid_to > ' ~ run_at()).rows[0][0] -%}

    {% call statement('main') %}
        {% if later %}
            select 'a later day is known already: history is not rewritten'
        {% else %}
            {{ history__advance(states, now, columns | map(attribute=0) | list, ledger, scope) }}
            {% if up_to.follows %}{{ by_customer__remember(up_to) }}{% endif %}
        {% endif %}
    {% endcall %}
    {% if later %}{% do log(this.identifier ~ ': later states are known already, this run adds none', info=True) %}{% endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{#- Ends what no longer holds and begins what is new, of all customers or of those in scope. A run repeated at the same moment first takes back what it had done. -#}
{% macro history__advance(states, now, columns, ledger, scope=none) %}
    {%- set same = [] -%}
    {%- for column in columns %}{% do same.append('today.' ~ adapter.quote(column) ~ ' is not distinct from states.' ~ adapter.quote(column)) %}{% endfor %}
    {%- set standing = adapter.quote(this.identifier ~ '__standing') -%}
    delete from {{ states }} where valid_from = {{ run_at() }};
    update {{ states }} set valid_to = null where valid_to = {{ run_at() }};

    create or replace temp table {{ standing }} as
    select rowid as state_row, * from {{ states }}
    where valid_to is null {%- if scope %} and customer_id in (select key from {{ scope }}){% endif %};

    update {{ states }} set valid_to = {{ run_at() }}
    where rowid in (
        select state_row from {{ standing }} as states
        where not exists (select 1 from {{ now }} as today where {{ same | join(' and ') }})
    );

    insert into {{ states }} by name
    select *, {{ run_at() }} as valid_from, cast(null as timestamp) as valid_to
    from {{ now }} as today
    where not exists (select 1 from {{ standing }} as states where {{ same | join(' and ') }})
    order by all;

    copy (select * from {{ states }} where valid_from = {{ run_at() }} or valid_to = {{ run_at() }} order by all)
    to '{{ ledger }}.{{ modules.re.sub('[^0-9]', '', var('run_at')[:19]) }}.parquet' (format parquet, compression zstd, use_tmp_file true);
{% endmacro %}


{#- What the ledger files say: of several words on one row, the one that ended it is the last. -#}
{% macro history__restore(states, ledger, unique_key) %}
    {%- set files = ledger ~ '.*.parquet' -%}
    {% if run_query("select count(*) from glob('" ~ files ~ "')").rows[0][0] %}
        {% do run_query(
            'insert into ' ~ states ~ " by name select * from read_parquet('" ~ files ~ "', union_by_name = true) "
            ~ 'qualify row_number() over (partition by ' ~ unique_key | join(', ') ~ ', valid_from order by valid_to nulls last) = 1 order by all'
        ) %}
    {% endif %}
{% endmacro %}


{#- A column that the query has gained is empty in the states of before. -#}
{% macro history__add_columns(states, columns) %}
    {%- set known = run_query('select column_name from (describe ' ~ states ~ ')').columns[0].values() -%}
    {% for name, type in columns if name not in known %}
        {% do run_query('alter table ' ~ states ~ ' add column ' ~ adapter.quote(name) ~ ' ' ~ type) %}
    {% endfor %}
{% endmacro %}


{#- The rows of a history as they held at a moment. Without the database's name, so that it works in a published copy too. -#}
{% macro as_of(history) %}
    select * exclude (valid_from, valid_to) from {{ history.include(database=false) }} where valid_from <= moment and (valid_to is null or valid_to > moment)
{% endmacro %}
