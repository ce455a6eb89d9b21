"""Two arms compared by their moments: Welch's test, CUPED and the log-ratio from tea-tasting, and an interval that may be looked at every day.

The always-valid interval is the asymptotic confidence sequence of Waudby-Smith et al., "Time-uniform central limit theory and asymptotic
confidence sequences", arXiv:2103.06476v7, equation 9; its p-value is one over the e-value of the same mixture.
"""

import warnings
from math import exp, isfinite, log, nan, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np


class Moments(NamedTuple):
    """What an arm comes to. Without a covariate its moments are 0."""

    customers: float
    mean: float
    variance: float
    covariate_mean: float = 0.0
    covariate_variance: float = 0.0
    covariance: float = 0.0


class Comparison(NamedTuple):
    """An arm against the control; the means are adjusted where a covariate was used. What cannot be told is nan."""

    control_value: float = nan
    value: float = nan
    difference: float = nan
    difference_low: float = nan
    difference_high: float = nan
    relative: float = nan
    relative_low: float = nan
    relative_high: float = nan
    p: float = nan


def compare(control: Moments, arm: Moments, alpha: float, tuned_for: float | None = None) -> Comparison:
    """By Welch's t at a planned end; with `tuned_for`, while an experiment runs, by the confidence sequence that is tightest at so many customers."""
    if min(control.customers, arm.customers) < 2 or not control.variance + arm.variance > 0:
        return Comparison()
    tt = _tea_tasting()
    is_adjusted = control.covariate_variance + arm.covariate_variance > 0
    metric = tt.Mean("y", "x" if is_adjusted else None, confidence_level=1 - alpha, use_t=not tuned_for, equal_var=False, alternative="two-sided")
    with np.errstate(all="ignore"):
        found = metric.analyze_aggregates(_aggregates(control), _aggregates(arm))
    told = Comparison(found.control, found.treatment, found.effect_size, found.effect_size_ci_lower, found.effect_size_ci_upper,
                      found.rel_effect_size, found.rel_effect_size_ci_lower, found.rel_effect_size_ci_upper, found.pvalue)  # fmt: skip
    if not (told.control_value > 0 and told.value > 0):
        told = told._replace(relative=nan, relative_low=nan, relative_high=nan)
    told = _always_valid(told, control.customers + arm.customers, alpha, tuned_for) if tuned_for else told
    return Comparison(*(float(number) if isfinite(number) else nan for number in told))


def _tea_tasting():
    """Takes seconds to import, which a run without experiments need not pay, and warns of a parser that we do not use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tea_tasting
    return tea_tasting


def _aggregates(one: Moments):
    from tea_tasting.aggr import Aggregates

    means, variances = {"y": one.mean, "x": one.covariate_mean}, {"y": one.variance, "x": one.covariate_variance}
    return Aggregates(count_=int(one.customers), mean_=means, var_=variances, cov_={("x", "y"): one.covariance})


def _always_valid(fixed: Comparison, customers: float, alpha: float, tuned_for: float) -> Comparison:
    """The interval of fixed size, in standard errors of the normal, widened."""
    rho = mixing(alpha, tuned_for)
    normal = NormalDist().inv_cdf(1 - alpha / 2)
    wider = multiplier(customers, rho, alpha) / normal
    half = (fixed.difference_high - fixed.difference_low) / 2
    told = fixed._replace(difference_low=fixed.difference - half * wider, difference_high=fixed.difference + half * wider,
                          p=always_valid_p(fixed.difference / (half / normal), customers, rho))  # fmt: skip
    if not isfinite(fixed.relative_high):
        return told
    ratio, log_half = 1 + fixed.relative, log((1 + fixed.relative_high) / (1 + fixed.relative)) * wider
    return told._replace(relative_low=ratio * exp(-log_half) - 1, relative_high=ratio * exp(min(log_half, 700)) - 1)


def mixing(alpha: float, tuned_for: float) -> float:
    """The rho of equation 9 that makes the interval tightest at so many customers."""
    return sqrt((-2 * log(alpha) + log(-2 * log(alpha) + 1)) / tuned_for)


def multiplier(customers: float, rho: float, alpha: float) -> float:
    """Half the always-valid interval in standard errors: what 1.96 is to the fixed one."""
    grown = customers * rho**2 + 1
    return sqrt(2 * grown / (grown - 1) * log(sqrt(grown) / alpha))


def always_valid_p(z: float, customers: float, rho: float) -> float:
    """Below alpha exactly when the interval leaves out 0."""
    grown = customers * rho**2 + 1
    return min(1.0, sqrt(grown) * exp(-min(z * z * (grown - 1) / (2 * grown), 700)))
