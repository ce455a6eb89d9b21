"""How often customers will buy again: BG/NBD (Fader, Hardie and Lee, Marketing Science 24(2), 2005), by maximum likelihood.

While a customer is one, purchases come at random at a rate of her own; after each she may leave for good. `frequency` counts purchases
after the first, `recency` is the time from the first to the last, `age` from the first to now, all in the same unit.
`lifetimes` is no longer kept up and pymc-marketing brings a sampler; the closed forms are forty lines.
"""

from typing import NamedTuple

import numpy as np

# Four parameters out of fewer customers would be noise that looks like knowledge.
FEWEST_CUSTOMERS, FEWEST_REPEATERS = 200, 50


class Rates(NamedTuple):
    """Purchase rates are gamma(r, alpha), chances to leave after a purchase beta(a, b); `problem` says why there are none."""

    r: float | None
    alpha: float | None
    a: float | None
    b: float | None
    problem: str | None = None


def fit(frequency, recency, age, customers) -> Rates:
    """The likeliest parameters for kinds of customers, each with the number of `customers` of that kind."""
    from scipy.optimize import minimize

    x, tx, t, n = (np.asarray(values, float) for values in (frequency, recency, age, customers))
    if n.sum() < FEWEST_CUSTOMERS or n[x > 0].sum() < FEWEST_REPEATERS:
        reason = f"{n.sum():.0f} buyers, {n[x > 0].sum():.0f} of them more than once: {FEWEST_CUSTOMERS} and {FEWEST_REPEATERS} are needed"
        return Rates(None, None, None, None, reason)
    order = np.lexsort((t, tx, x))  # sums of floats depend on the order
    x, tx, t, n = x[order], tx[order], t[order], n[order]
    scale = t.max()

    def unlikelihood(logs):
        likelihood, gradient = log_likelihood(np.exp(logs), x, tx / scale, t / scale, n)
        return -likelihood / n.sum(), -gradient * np.exp(logs) / n.sum()

    found = minimize(
        unlikelihood,
        np.log([0.5, 0.3, 0.7, 2.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-7, 7)] * 4,
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-8},
    )
    if not found.success or not np.isfinite(found.fun):
        return Rates(None, None, None, None, f"the fit did not converge: {found.message}")
    r, alpha, a, b = np.exp(found.x)
    return Rates(float(r), float(alpha * scale), float(a), float(b))


def log_likelihood(parameters, x, tx, t, n) -> tuple[float, np.ndarray]:
    """Equation 6 of the paper, for customers of each kind, and its derivatives by the parameters."""
    from scipy.special import betaln, expit, gammaln, psi

    r, alpha, a, b = parameters
    made = r * np.log(alpha) - gammaln(r) - betaln(a, b) + of_counts(lambda x: gammaln(r + x) + betaln(a, b + x), x)
    log_t, log_tx, before = np.log(alpha + t), np.log(alpha + tx), b + np.maximum(x, 1) - 1
    stays = -(r + x) * log_t
    left = np.where(x > 0, np.log(a) - np.log(before) - (r + x) * log_tx, -np.inf)
    has_left = expit(left - stays)
    with_leavers = of_counts(lambda x: psi(a + b + x), x)
    gradient = (
        np.log(alpha) - psi(r) + of_counts(lambda x: psi(r + x), x) - (1 - has_left) * log_t - has_left * log_tx,
        r / alpha - (r + x) * ((1 - has_left) / (alpha + t) + has_left / (alpha + tx)),
        psi(a + b) - with_leavers + has_left / a,
        psi(a + b) - psi(b) + of_counts(lambda x: psi(b + x), x) - with_leavers - has_left / before,
    )
    return float(np.sum(n * (made + np.logaddexp(stays, left)))), np.array([np.sum(n * by) for by in gradient])


def of_counts(function, x):
    """A dear function of how many, reckoned once for each number there is."""
    return function(np.arange(x.max() + 1))[x.astype(int)]


def alive(rates: Rates, x, tx, t):
    """Chance that a customer has not left. Who bought once cannot have: one leaves after a purchase that repeats."""
    odds = rates.a / (rates.b + np.maximum(x, 1) - 1) * ((rates.alpha + t) / (rates.alpha + tx)) ** (rates.r + x)
    return 1 / (1 + np.where(x > 0, odds, 0.0))


def none_in(rates: Rates, x, tx, t, horizon):
    """Chance of no purchase in the `horizon` ahead: has left, or is still there and does not buy."""
    return 1 - alive(rates, x, tx, t) * (1 - ((rates.alpha + t) / (rates.alpha + t + horizon)) ** (rates.r + x))


def expected(rates: Rates, x, tx, t, horizon):
    """Purchases to expect in the `horizon` ahead (equation 10)."""
    from scipy.special import hyp2f1

    r, alpha, a, b = rates[:4]
    a = a + 1e-6 if abs(a - 1) < 1e-6 else a  # the formula has a hole at 1
    curve = hyp2f1(r + x, b + x, a + b + x - 1, horizon / (alpha + t + horizon))
    return (a + b + x - 1) / (a - 1) * (1 - ((alpha + t) / (alpha + t + horizon)) ** (r + x) * curve) * alive(rates, x, tx, t)
