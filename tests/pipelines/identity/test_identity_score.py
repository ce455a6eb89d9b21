"""The weights of pairs against Splink's own: one statement of ours has to say what several of Splink's do, to the last digit."""

import io
from contextlib import redirect_stdout
from datetime import datetime

import known_people as company

from pipelines.identity import model as models
from pipelines.identity import resolve_identity
from pipelines.identity.comparisons import COMPARISONS
from pipelines.identity.explain import linker
from pipelines.identity.run import scratch
from pipelines.identity.score import evident, gather, score

STRANGERS = """
create temp table asked as
select 1 as rule, l.n as n_l, r.n as n_r from people as l inner join people as r on l.n < r.n where hash(l.n, r.n) % 40 = 0
union
select rule, n_l, n_r from warehouse.matching.pairs
"""
PARTS = ", ".join(f"cast(gamma_{name} as tinyint) as gamma_{name}, mw_{name}" for name in COMPARISONS)
THEIRS = (
    f"select n_l, n_r, match_weight, match_probability, {PARTS.replace('mw_name', 'mw_name + mw_tf_adj_name as mw_name')} from {{predictions}} order by all"
)


def test_weights_and_levels_are_those_that_splink_gives(data):
    company.write(data, *company.make_records(company.make_people(300)))
    resolve_identity(datetime(2026, 1, 5))
    model = models.current(data / "identity")
    names = models.names_file(data / "identity", model)
    with scratch(data / "identity", read_only=True) as connection:
        connection.execute("create temp view people as select * from warehouse.matching.people")
        connection.execute(STRANGERS)
        score(connection, model, names, "asked", "ours")
        gather(connection, model, names, "asked")
        connection.execute("create temp table frequencies as select distinct name_key, tf_name_key from compared where name_key is not null")
        connection.execute("create temp table pairs as select cast(rule as varchar) as match_key, n_l as join_key_l, n_r as join_key_r from asked")
        with redirect_stdout(io.StringIO()), linker(connection, model) as (splink, api):
            splink.table_management.register_term_frequency_lookup(api.register("frequencies"), "name_key")
            splink.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
            theirs = connection.execute(THEIRS.format(predictions=splink.inference.predict(warning_mode="never").physical_name)).fetchall()
        ours = connection.execute(f"select n_l, n_r, match_weight, match_probability, {PARTS} from {evident(model, 'ours')} order by all").fetchall()
    assert len(ours) > 1000 and len({row[4:] for row in ours}) > 100
    assert ours == theirs
