"""Exposure as a posterior: first what a record's effect and spreads may be, then the power at each of them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from standout.estimate.prior import CENTRES, HIGHEST, WIDTHS, Evidence, Fit, likelihood
from standout.estimate.tails import Tails

DRAWS = 256
BLOCK = 4096
NORMAL = Tails()


@dataclass(frozen=True, eq=False)
class Posterior:
    """Per record float64 (N,): mean and 95 % interval of the exposure, and the chance that it is at most `above`."""

    exposure: np.ndarray
    low: np.ndarray
    high: np.ndarray
    doubt: np.ndarray


def posterior(
    seen: Evidence, weights: np.ndarray, *, fpr: float = 1e-3, above: float = 0.1, tails: Tails = NORMAL
) -> Posterior:
    """Posterior of each record's exposure by quasi-random draws, the same for all records.

    weights: each record's own mixture (N, len(CENTRES)), as `Prior.at` gives it. Common draws make equal records come
    out equal, whatever their order. tails: how far the test must reach out to keep its rate. Returns Posterior of
    arrays (N,).
    """
    points = _points()
    out = [np.empty(len(seen.effect)) for _ in range(4)]
    for start in range(0, len(seen.effect), BLOCK):
        part = slice(start, start + BLOCK)
        some = seen.rows(part)
        effect = effect_draws(some, weights[part], points)
        log_variance = _log_variance_draws(some, weights[part], effect, points)
        effect *= np.exp(-0.5 * log_variance)
        log_ratio = some.log_ratio[:, None] + some.log_ratio_sd[:, None] * ndtri(points[:, 2])
        log_ratio += some.log_ratio_slope[:, None] * (log_variance - some.log_variance[:, None])
        draws = tails.power(effect, 0.5 * log_ratio, fpr)
        out[0][part] = draws.mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975], axis=1)
        # a mean can lie outside a central interval where nearly all draws are at one end
        out[1][part], out[2][part] = np.minimum(low, out[0][part]), np.maximum(high, out[0][part])
        out[3][part] = (draws <= above).mean(axis=1)
    return Posterior(*out)


def posterior_of(fitted: Fit, *, fpr: float = 1e-3, above: float = 0.1, tails: Tails = NORMAL) -> Posterior:
    """`posterior` of the records that a fit was made on."""
    return posterior(fitted.evidence, fitted.prior.at(fitted.covariate), fpr=fpr, above=above, tails=tails)


def _points() -> np.ndarray:
    """Quasi-random points (DRAWS, 4) in the unit cube."""
    cube = qmc.Sobol(4, scramble=True, rng=np.random.default_rng(20251116)).random(DRAWS)
    return np.clip(cube, 1e-6, 1 - 1e-6)


def effect_draws(seen: Evidence, weights: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Draws (n, D) of the true effect in units, from points (D, 4): a normal of the grid, then an effect in it."""
    share = likelihood(seen) * weights
    cumulative = np.cumsum(share, axis=1)
    cumulative /= cumulative[:, -1:]
    component = (points[None, :, 0, None] > cumulative[:, None, :-1]).sum(axis=2)
    centre, square, error = CENTRES[component], WIDTHS[component] ** 2, seen.error[:, None]
    trust = square / (square + error**2)
    return centre + trust * (seen.effect[:, None] - centre) + np.sqrt(trust) * error * ndtri(points[:, 1])


def _log_variance_draws(seen: Evidence, weights: np.ndarray, effect: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Draws (n, D) of the log OUT variance in units, given those of the effect: large effects go with large spreads."""
    mean = weights @ CENTRES
    slope = seen.slope + 0.5 * np.clip(seen.effect - mean, -HIGHEST, HIGHEST)  # effects grow in proportion to spreads
    varies = np.maximum(weights @ (CENTRES**2 + WIDTHS**2) - mean**2, 2 * slope**2 * seen.unsure + 1e-12)
    gain = slope * seen.unsure / varies
    left = np.maximum(seen.unsure * (1 - gain * slope), 0)
    moved = np.clip(gain[:, None] * (effect - mean[:, None]), -1, 1)
    return seen.log_variance[:, None] + moved + np.sqrt(left)[:, None] * ndtri(points[:, 3])
