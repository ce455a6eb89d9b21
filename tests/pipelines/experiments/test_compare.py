"""Comparisons of arms against scipy, against published figures, and against many experiments whose truth is known."""

import duckdb
import numpy as np
import pytest
from scipy import stats

from pipelines.experiments import functions
from pipelines.experiments.compare import Moments, always_valid_p, compare, mixing, multiplier

ALPHA = 0.05


def moments(y, x=None) -> Moments:
    x = np.zeros(len(y)) if x is None else x
    return Moments(len(y), y.mean(), y.var(ddof=1), x.mean(), x.var(ddof=1), np.cov(x, y)[0, 1])


@pytest.fixture
def arms():
    """What 700 and 900 customers spent, most of them nothing, after and before."""
    random = np.random.default_rng(3)
    before = [random.gamma(1.2, 40, size) * (random.random(size) < 0.5) for size in (700, 900)]
    after = [0.6 * one + random.gamma(1, 30, len(one)) * (random.random(len(one)) < 0.3) + effect for one, effect in zip(before, (0, 4), strict=True)]
    return after, before


def test_without_a_covariate_it_is_welchs_test(arms):
    (control, arm), _ = arms
    found, oracle = compare(moments(control), moments(arm), ALPHA), stats.ttest_ind(arm, control, equal_var=False)
    interval = oracle.confidence_interval(1 - ALPHA)
    assert (found.p, found.difference_low, found.difference_high) == pytest.approx((oracle.pvalue, interval.low, interval.high), rel=1e-9)
    assert (found.control_value, found.value) == pytest.approx((control.mean(), arm.mean()))


def test_a_covariate_narrows_the_interval_as_the_regression_on_it_does(arms):
    (control, arm), (control_before, arm_before) = arms
    found = compare(moments(control, control_before), moments(arm, arm_before), ALPHA)
    before, after = np.concatenate([control_before, arm_before]), np.concatenate([control, arm])
    theta = np.cov(before, after)[0, 1] / before.var(ddof=1)
    oracle = stats.ttest_ind(arm - theta * (arm_before - before.mean()), control - theta * (control_before - before.mean()), equal_var=False)
    assert (found.p, found.difference_high) == pytest.approx((oracle.pvalue, oracle.confidence_interval(1 - ALPHA).high), rel=1e-9)
    plain = compare(moments(control), moments(arm), ALPHA)
    assert found.difference_high - found.difference_low < 0.8 * (plain.difference_high - plain.difference_low)


def test_the_always_valid_interval_is_the_published_one():
    """GrowthBook's test of its sequential t-test: standard error 0.33341 at 6461 users, tuned for 1000, gives 0.50336 within -0.55844 and 1.56516."""
    half = 0.33341 * multiplier(6461, mixing(ALPHA, 1000), ALPHA)
    assert (0.50336 - half, 0.50336 + half) == pytest.approx((-0.55844, 1.56516), abs=2e-4)


def test_the_always_valid_interval_is_half_as_wide_again_where_it_is_tuned_for():
    """Worked out of equation 9 by hand: at n = t* it is 3.035 standard errors, whatever t* is."""
    for tuned_for in (500, 5000, 1e6):
        assert multiplier(tuned_for, mixing(ALPHA, tuned_for), ALPHA) == pytest.approx(3.0352, abs=1e-4)


def test_the_p_value_falls_below_alpha_exactly_where_the_interval_leaves_out_nothing_at_all():
    rho = mixing(ALPHA, 5000)
    for customers in (200, 5000, 300_000):
        edge = multiplier(customers, rho, ALPHA)
        assert always_valid_p(edge, customers, rho) == pytest.approx(ALPHA)
        assert always_valid_p(edge * 1.01, customers, rho) < ALPHA < always_valid_p(edge * 0.99, customers, rho)


def test_looking_every_day_keeps_its_promise_and_looking_at_the_fixed_interval_does_not():
    """400 experiments without any effect, looked at 40 times. The bound is the binomial's 0.1 % point of 400 tries at alpha."""
    random = np.random.default_rng(5)
    looks, wrong_always, wrong_fixed = np.linspace(200, 8000, 40).astype(int), 0, 0
    rho = mixing(ALPHA, 5000)
    for _ in range(400):
        control, arm = random.exponential(30, 4000) * (random.random(4000) < 0.2), random.exponential(30, 4000) * (random.random(4000) < 0.2)
        sums = [(np.cumsum(one), np.cumsum(one * one)) for one in (control, arm)]
        half = looks // 2
        means = [total[half - 1] / half for total, _ in sums]
        errors = np.sqrt(sum((squares[half - 1] / half - mean**2) / half for (_, squares), mean in zip(sums, means, strict=True)))
        z = np.abs(means[1] - means[0]) / errors
        wrong_always += bool((z > [multiplier(n, rho, ALPHA) for n in looks]).any())
        wrong_fixed += bool((z > 1.96).any())
    most = stats.binom.ppf(0.999, 400, ALPHA)
    assert wrong_always <= most < wrong_fixed


def test_while_it_runs_the_interval_is_wider_and_the_ratio_with_it(arms):
    (control, arm), _ = arms
    ended, running = compare(moments(control), moments(arm), ALPHA), compare(moments(control), moments(arm), ALPHA, 5000)
    assert running.difference == ended.difference and running.relative == ended.relative
    assert running.difference_low < ended.difference_low < ended.difference_high < running.difference_high
    assert running.relative_low < ended.relative_low < ended.relative < ended.relative_high < running.relative_high
    assert running.p > ended.p


@pytest.mark.parametrize("control, arm", [(Moments(1, 0, 0), Moments(900, 0.1, 0.09)), (Moments(500, 0, 0), Moments(500, 0, 0)), (Moments(0, 0, 0), Moments(0, 0, 0))])  # fmt: skip
def test_what_cannot_be_told_is_not_told(control, arm):
    assert all(number != number for number in compare(control, arm, ALPHA))


def test_a_control_where_nobody_did_anything_has_a_difference_and_no_ratio():
    for tuned_for in (None, 5000):
        found = compare(Moments(400, 0, 0), Moments(400, 0.05, 0.0476), ALPHA, tuned_for)
        assert found.difference == pytest.approx(0.05) and found.difference_low < 0.05 < found.difference_high
        assert found.relative != found.relative and found.relative_high != found.relative_high


def test_duckdb_compares_and_answers_null_for_what_it_does_not_know():
    connection = duckdb.connect()
    functions.register(connection)
    query = "select compare_arms([500, 0.10, 0.09, 0, 0, 0], [500, 0.15, 0.1275, 0, 0, null], 0.05, {})"
    ended, running = (connection.execute(query.format(end)).fetchone()[0] for end in ("null", "5000"))
    assert ended["difference"] == pytest.approx(0.05) and ended["p"] < ALPHA < running["p"]
    empty = connection.execute("select compare_arms(null, [9, 1, 1, 0, 0, 0], 0.05, null)").fetchone()[0]
    assert set(empty.values()) == {None}


def test_the_ratio_of_arms_is_pearsons_test():
    connection = duckdb.connect()
    functions.register(connection)
    seen, meant = np.array([230, 380, 390]), np.array([0.2, 0.4, 0.4])
    oracle = stats.chisquare(seen, meant * seen.sum())
    (found,) = connection.execute("select chi_square_p(?, 2)", [float(oracle.statistic)]).fetchone()
    assert found == pytest.approx(oracle.pvalue)
