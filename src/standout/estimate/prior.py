"""What the records of one audit have in common: spreads, their ratio, and effects, learnt by empirical Bayes.

With few models a record's own moments are noise to a large part; a prior learnt from all records says how much.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma
from scipy.stats import t as student

from standout.attacks.moments import Moments

RESOLUTION = 1e-6
"""Signals are stored as float32: a spread below this share of the signal's size is rounding, not knowledge."""
GRID = np.concatenate([[0.0], 0.05 * 2 ** np.arange(0, 13.5, 0.5)])
"""Spreads of the effects' prior, in OUT deviations: a point at the centre and a geometric grid up to 400."""
MOST_DEGREES = 1e4


@dataclass(frozen=True, eq=False)
class Spread:
    """Per record float64 (N,): log OUT variance's estimate `variance` with `degrees`, and log variance ratio IN/OUT
    as normal (`log_ratio`, `log_ratio_sd`), each shrunk towards what other records show; `own_degrees` of `degrees`
    are the record's own, the others come from the prior."""

    variance: np.ndarray
    degrees: np.ndarray
    log_ratio: np.ndarray
    log_ratio_sd: np.ndarray
    own_degrees: np.ndarray


@dataclass(frozen=True, eq=False)
class Evidence:
    """Per record float64 (N,): observed effect (mean IN - mean OUT in OUT deviations, cut where it is certain anyhow),
    its standard error, the degrees of freedom of the deviation, and the log variance ratio with its uncertainty."""

    effect: np.ndarray
    error: np.ndarray
    degrees: np.ndarray
    log_ratio: np.ndarray
    log_ratio_sd: np.ndarray


@dataclass(frozen=True, eq=False)
class EffectPrior:
    """Effects (mean IN - mean OUT in OUT deviations) as a mixture of normals around one centre with spreads GRID."""

    centre: float
    weights: np.ndarray


def shrunk_spread(moments: Moments) -> Spread:
    """Variances by an inverse-gamma prior around a trend in difficulty (as limma-trend: Smyth 2004), the log ratio of
    IN to OUT variance by a normal prior; both fitted by moments of log variances."""
    inside, outside = moments.inside, moments.outside
    floor = (RESOLUTION * np.maximum(np.abs(inside.mean) + np.abs(outside.mean), 1e-3)) ** 2
    d_in, d_out = np.maximum(inside.count - 1, 0), np.maximum(outside.count - 1, 0)
    v_in = np.maximum(inside.squares / np.maximum(d_in, 1), floor)
    v_out = np.maximum(outside.squares / np.maximum(d_out, 1), floor)
    both = (d_in > 0) & (d_out > 0)

    raw = np.where(both, _log_unbiased(v_in, d_in) - _log_unbiased(v_out, d_out), 0.0)
    noise = polygamma(1, np.maximum(d_in, 1) / 2) + polygamma(1, np.maximum(d_out, 1) / 2)
    centre = float(np.median(raw[both])) if both.any() else 0.0
    beyond = np.minimum((raw - centre)[both] ** 2, 16 * noise[both]) - noise[both]  # outliers do not set the scale
    excess = max(float(beyond.mean()), 0.0) if both.any() else 0.0
    certainty = np.where(both, excess / (excess + noise), 0.0)
    log_ratio = centre + certainty * (raw - centre)
    log_ratio_sd = np.sqrt(np.where(both, certainty * noise, excess))

    degrees = d_in + d_out
    pooled = (d_in * v_in * np.exp(-log_ratio) + d_out * v_out) / np.maximum(degrees, 1)
    pooled = np.maximum(pooled, floor)
    level = _log_unbiased(pooled, degrees)
    trend = _trend(outside.mean, level)
    left = float(np.mean((level - trend) ** 2 - polygamma(1, np.maximum(degrees, 1) / 2)))
    prior_degrees = 2 * _trigamma_inverse(left) if left > 0 else MOST_DEGREES
    prior_degrees = float(np.clip(prior_degrees, 0.0, MOST_DEGREES))
    prior = np.exp(trend + np.log(prior_degrees / 2) - digamma(prior_degrees / 2)) if prior_degrees > 0 else pooled
    total = degrees + prior_degrees
    variance = np.maximum((degrees * pooled + prior_degrees * prior) / total, floor)
    return Spread(variance, total, log_ratio, log_ratio_sd, degrees)


def evidence(moments: Moments, spread: Spread) -> Evidence:
    """What the records' moments say, on the scale of their OUT deviations."""
    inside, outside = moments.inside, moments.outside
    raw = (inside.mean - outside.mean) / np.sqrt(spread.variance)
    error = np.sqrt(np.exp(spread.log_ratio) / np.maximum(inside.count, 1) + 1 / np.maximum(outside.count, 1))
    return Evidence(np.clip(raw, -300, 300), error, spread.degrees, spread.log_ratio, spread.log_ratio_sd)


def effect_prior(seen: Evidence, rounds: int = 200) -> EffectPrior:
    """Mixture weights by maximum likelihood (EM), as adaptive shrinkage does (Stephens 2017), with Student-t noise.

    The centre is the median effect, or 0 where the median does not differ from 0 by more than its error.
    """
    observed = seen.effect
    centre = float(np.median(observed))
    if abs(centre) < 3 * 1.2533 * float(np.median(seen.error)) / np.sqrt(len(observed)):
        centre = 0.0
    step = max(len(observed) // 20_000, 1)  # the weights of 28 components need no more records than this
    likelihood = component_likelihood(observed[::step], seen.error[::step], seen.degrees[::step], centre)
    weights = np.full(len(GRID), 1 / len(GRID))
    weights[0] = 0.5
    weights /= weights.sum()
    for _ in range(rounds):
        share = likelihood * weights
        share /= share.sum(axis=1, keepdims=True)
        weights = share.sum(axis=0)
        weights[0] += 10.0  # ten records' worth of doubt that anything is there at all
        weights /= weights.sum()
    return EffectPrior(centre, np.maximum(weights, 1e-9))  # no spread is impossible, however far a record lies


def component_likelihood(observed, error, degrees, centre: float) -> np.ndarray:
    """Likelihood (N, K) of each observed effect under each spread of the grid, up to a factor per record."""
    scale = np.sqrt(error[:, None] ** 2 + GRID**2)
    log_l = student.logpdf((observed[:, None] - centre) / scale, degrees[:, None]) - np.log(scale)
    return np.exp(log_l - log_l.max(axis=1, keepdims=True))


def _log_unbiased(variance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """log of the variance, without the bias that few degrees of freedom give it."""
    half = np.maximum(degrees, 1) / 2
    return np.log(variance) - digamma(half) + np.log(half)


def _trend(difficulty: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Expected log variance as a smooth function of the OUT mean: means of 20 bins, joined by straight lines."""
    bins = min(20, len(level) // 30)
    if bins < 3:
        return np.full(len(level), level.mean())
    order = np.argsort(difficulty, kind="stable")
    x = np.array([difficulty[part].mean() for part in np.array_split(order, bins)])
    y = np.array([level[part].mean() for part in np.array_split(order, bins)])
    return np.interp(difficulty, x, y)


def _trigamma_inverse(value: float) -> float:
    """y with trigamma(y) = value, by Newton's method (Smyth 2004, appendix)."""
    if value > 1e7:
        return value**-0.5
    if value < 1e-6:
        return 1 / value
    y = 0.5 + 1 / value
    for _ in range(50):
        tri = float(polygamma(1, y))
        change = tri * (1 - tri / value) / float(polygamma(2, y))
        y += change
        if -change / y < 1e-10:
            break
    return y
