"""The purchase models against the figures their authors published, and against customers simulated from known parameters."""

import duckdb
import numpy as np
import pytest
from scipy.optimize import approx_fprime

from pipelines.traits import functions, order_value, repeat_purchases
from pipelines.traits.order_value import Values
from pipelines.traits.repeat_purchases import Rates

CDNOW = Rates(r=0.243, alpha=4.414, a=0.793, b=2.426)
CDNOW_VALUES = Values(p=6.25, q=3.74, v=15.44)


def simulated(rates: Rates, customers: int, weeks: float, seed: int = 1):
    """Customers who were won at random within a third of the time, lived by the model's own assumptions."""
    random = np.random.default_rng(seed)
    age = weeks - random.uniform(0, weeks / 3, customers)
    frequency, recency = np.zeros(customers), np.zeros(customers)
    for i in range(customers):
        rate, leaves = random.gamma(rates.r, 1 / rates.alpha), random.beta(rates.a, rates.b)
        at = random.exponential(1 / rate)
        while at < age[i]:
            frequency[i], recency[i] = frequency[i] + 1, at
            if random.random() < leaves:
                break
            at += random.exponential(1 / rate)
    return frequency, recency, age


def test_the_published_customer_is_expected_to_buy_as_published():
    """Fader, Hardie and Lee, "Implementing the BG/NBD Model for Customer Base Analysis in Excel", 2005: ID 0001 of CDNOW."""
    assert repeat_purchases.expected(CDNOW, np.array([2.0]), 30.43, 38.86, 39.0)[0] == pytest.approx(1.226, abs=0.001)


def test_the_published_values_are_expected_as_published():
    """Fader and Hardie 2013, table 2's parameters: who has never bought again is expected at the population's mean of p v / (q - 1)."""
    x, m = np.array([0.0, 1.0, 7.0]), np.array([0.0, 22.35, 73.74])
    none, one, seven = order_value.expected(CDNOW_VALUES, x, m)
    assert none == pytest.approx(6.25 * 15.44 / 2.74)
    assert 22.35 < one < none < seven < 73.74


def test_parameters_are_recovered_from_customers_who_lived_by_them():
    rates = repeat_purchases.fit(*simulated(CDNOW, 6000, 39), np.ones(6000))
    assert rates.problem is None
    assert (rates.r, rates.alpha) == pytest.approx((CDNOW.r, CDNOW.alpha), rel=0.15)
    assert rates.a / (rates.a + rates.b) == pytest.approx(CDNOW.a / (CDNOW.a + CDNOW.b), rel=0.2)


def test_values_are_recovered_from_amounts_that_were_drawn_by_them():
    random = np.random.default_rng(2)
    x = random.integers(1, 9, 20000).astype(float)
    nu = random.gamma(CDNOW_VALUES.q, 1 / CDNOW_VALUES.v, 20000)
    found = order_value.fit(x, random.gamma(CDNOW_VALUES.p * x, 1 / (nu * x)))
    assert (found.p, found.q, found.v) == pytest.approx(CDNOW_VALUES[:3], rel=0.15)


def test_the_derivatives_are_those_of_the_likelihood():
    x, tx, t = simulated(CDNOW, 300, 39)
    models = [(repeat_purchases, [0.3, 0.4, 0.8, 2.0], (x, tx / 39, t / 39, np.arange(300) % 3)), (order_value, [2.0, 3.0, 1.5], (x + 1, t))]
    for model, parameters, customers in models:
        _, gradient = model.log_likelihood(np.array(parameters), *customers)
        assert gradient == pytest.approx(
            approx_fprime(parameters, lambda at, model=model, customers=customers: model.log_likelihood(at, *customers)[0]), rel=1e-4
        )


def test_the_order_of_customers_changes_no_digit():
    x, tx, t = simulated(CDNOW, 500, 39)
    turned = np.arange(500)[::-1]
    assert repeat_purchases.fit(x, tx, t, np.ones(500)) == repeat_purchases.fit(x[turned], tx[turned], t[turned], np.ones(500))


def test_too_few_customers_are_told_and_nothing_is_made_up():
    assert "200 and 50 are needed" in repeat_purchases.fit([0, 1], [0, 3], [9, 9], [10, 2]).problem
    assert "50 are needed" in order_value.fit([1.0], [20.0]).problem
    assert repeat_purchases.fit([], [], [], []).r is None


def test_who_bought_once_has_not_left_but_may_buy_nothing():
    x, tx, t = np.array([0.0, 5.0, 5.0]), np.array([0.0, 30.0, 5.0]), np.array([38.0, 38.0, 38.0])
    once, lately, long_ago = repeat_purchases.alive(CDNOW, x, tx, t)
    assert once == 1 and 1 > lately > long_ago > 0
    assert 0.5 < repeat_purchases.none_in(CDNOW, x, tx, t, 13.0)[0] < 1


def test_duckdb_fits_and_scores_and_answers_null_for_what_it_does_not_know():
    connection = duckdb.connect()
    functions.register(connection)
    assert connection.execute("select fit_purchase_rates([0], [0], [9], [1]).problem").fetchone()[0].startswith("1 buyers")
    assert connection.execute("select fit_purchase_rates(null, null, null, null).r").fetchone()[0] is None
    scores = "select score_purchases(x, 213.01, 272.02, 273, r, 4.414, 0.793, 2.426) as s from (values (2, 0.243), (2, null)) as t (x, r)"
    known, unknown = connection.execute(f"select s.expected_purchases from ({scores})").fetchall()
    assert known[0] == pytest.approx(1.226, abs=0.001) and unknown[0] is None
