"""Exposure as a posterior: first what a record's effect and spreads may be, then the power at each of them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from standout.estimate.prior import CENTRES, Evidence, Fit, by_node, joint_likelihood
from standout.estimate.tails import Tails

DRAWS = 256
BLOCK = 1024
NORMAL = Tails()


@dataclass(frozen=True, eq=False)
class Posterior:
    """Per record float64 (N,): mean and 95 % interval of the exposure, the chance that it is at most `above`, and the
    variance."""

    exposure: np.ndarray
    low: np.ndarray
    high: np.ndarray
    doubt: np.ndarray
    variance: np.ndarray


def posterior(
    seen: Evidence, weights: np.ndarray, *, fpr: float = 1e-3, above: float = 0.1, tails: Tails = NORMAL
) -> Posterior:
    """Posterior of each record's exposure by quasi-random draws, the same for all records.

    weights: each record's own mixture (N, len(CENTRES)), as `Prior.at` gives it. Common draws make equal records come
    out equal, whatever their order. tails: how far the test must reach out to keep its rate. Returns Posterior of
    arrays (N,).
    """
    points = _points()
    out = [np.empty(len(seen.gap)) for _ in range(5)]
    for start in range(0, len(seen.gap), BLOCK):
        part = slice(start, start + BLOCK)
        some = seen.rows(part)
        effect, log_variance = draw(some, weights[part], points)
        log_ratio = some.log_ratio[:, None] + some.log_ratio_sd[:, None] * ndtri(points[:, 2])
        log_ratio += some.log_ratio_slope[:, None] * (log_variance - some.log_variance[:, None])
        draws = tails.power(effect, 0.5 * log_ratio, fpr)
        out[0][part] = draws.mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975], axis=1)
        # a mean can lie outside a central interval where nearly all draws are at one end
        out[1][part], out[2][part] = np.minimum(low, out[0][part]), np.maximum(high, out[0][part])
        out[1][part] = np.where(nothing_seen(some), np.minimum(out[1][part], fpr), out[1][part])
        out[3][part] = (draws <= above).mean(axis=1)
        out[4][part] = draws.var(axis=1)
    return Posterior(*out)


def nothing_seen(seen: Evidence) -> np.ndarray:
    """bool (N,): records whose IN and OUT signals cannot be told apart, by the gap or by the ratio of variances (5 % in
    both together). Their interval begins at `fpr`, the power where nothing differs: no draw lies at that very edge."""
    ratio_sd = np.sqrt(seen.log_ratio_sd**2 + seen.log_ratio_slope**2 * seen.unsure)
    return (np.abs(seen.gap) < 2.24 * seen.error) & (np.abs(seen.log_ratio) < 2.24 * ratio_sd)


def posterior_of(fitted: Fit, *, fpr: float = 1e-3, above: float = 0.1, tails: Tails = NORMAL) -> Posterior:
    """`posterior` of the records that a fit was made on."""
    return posterior(fitted.evidence, fitted.prior.at(fitted.covariate), fpr=fpr, above=above, tails=tails)


def _points() -> np.ndarray:
    """Quasi-random points (DRAWS, 3) in the unit cube."""
    cube = qmc.Sobol(3, scramble=True, rng=np.random.default_rng(20251116)).random(DRAWS)
    return np.clip(cube, 1e-6, 1 - 1e-6)


def draw(seen: Evidence, weights: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draws (n, D) of effect and log OUT variance (in units) from points (D, 2 or more): a value of the variance and a
    normal of the grid by their joint posterior weight, then an effect in it."""
    share = joint_likelihood(seen) * weights[:, None, :]
    cumulative = np.cumsum(share.reshape(len(share), -1), axis=1)
    cumulative /= cumulative[:, -1:]
    cell = np.stack([np.searchsorted(row, points[:, 0]) for row in cumulative])
    cell = np.minimum(cell, cumulative.shape[1] - 1)
    mean, variance, deviation = by_node(seen)
    centre = np.take_along_axis(mean.reshape(len(mean), -1), cell, axis=1)
    total = np.take_along_axis(variance.reshape(len(mean), -1), cell, axis=1)
    own = np.take_along_axis(deviation, cell // len(CENTRES), axis=1)
    error = (seen.error[:, None] * own) ** 2 * np.exp(-seen.log_variance)[:, None]
    trust = np.maximum(total - error, 0) / total  # rounding
    gap = centre + trust * (seen.gap[:, None] - centre) + np.sqrt(trust * error) * ndtri(points[:, 1])
    return gap / own, 2 * np.log(own)
