"""What a customer's next purchase is worth: Gamma-Gamma (Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013).

Amounts scatter around each customer's own mean, means scatter around the company's. Who bought little is drawn to the company's mean.
"""

from typing import NamedTuple

import numpy as np

from pipelines.traits.repeat_purchases import FEWEST_REPEATERS, of_counts


class Values(NamedTuple):
    """Amounts are gamma(p, nu), nu is gamma(q, v) over customers; `problem` says why there are none."""

    p: float | None
    q: float | None
    v: float | None
    problem: str | None = None


def fit(frequency, mean_amount) -> Values:
    """The likeliest parameters for customers with `frequency` purchases of `mean_amount` each."""
    from scipy.optimize import minimize

    x, m = np.asarray(frequency, float), np.asarray(mean_amount, float)
    x, m = x[(x > 0) & (m > 0)], m[(x > 0) & (m > 0)]
    if len(x) < FEWEST_REPEATERS:
        return Values(None, None, None, f"{len(x)} customers bought more than once: {FEWEST_REPEATERS} are needed")
    order = np.lexsort((m, x))
    x, m = x[order], m[order]
    scale = float(np.median(m))

    def unlikelihood(logs):
        likelihood, gradient = log_likelihood(np.exp(logs), x, m / scale)
        return -likelihood / len(x), -gradient * np.exp(logs) / len(x)

    found = minimize(
        unlikelihood,
        np.log([2.0, 3.0, 1.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-5, 8)] * 3,
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-8},
    )
    if not found.success or not np.isfinite(found.fun):
        return Values(None, None, None, f"the fit did not converge: {found.message}")
    p, q, v = np.exp(found.x)
    if q <= 1:
        return Values(None, None, None, "amounts scatter so widely that they have no mean")
    return Values(float(p), float(q), float(v * scale))


def log_likelihood(parameters, x, m) -> tuple[float, np.ndarray]:
    """Equation 1a of the note, and its derivatives by the parameters."""
    from scipy.special import gammaln, psi

    p, q, v = parameters
    rows = of_counts(lambda x: gammaln(p * x + q) - gammaln(np.maximum(p * x, p)) + p * x * np.log(np.maximum(x, 1)), x)
    log_m, total, log_total = np.log(m), v + x * m, np.log(v + x * m)
    likelihood = np.sum(rows - gammaln(q) + q * np.log(v) + (p * x - 1) * log_m - (p * x + q) * log_total)
    by_p = x * (of_counts(lambda x: psi(p * x + q) - psi(np.maximum(p * x, p)) + np.log(np.maximum(x, 1)), x) + log_m - log_total)
    by_q = of_counts(lambda x: psi(p * x + q), x) - psi(q) + np.log(v) - log_total
    return float(likelihood), np.array([np.sum(by_p), np.sum(by_q), np.sum(q / v - (p * x + q) / total)])


def expected(values: Values, x, m):
    """The mean amount to expect; the company's for who has none yet (equation 5)."""
    p, q, v, _ = values
    return p * (v + x * np.where(x > 0, m, 0.0)) / (p * x + q - 1)
