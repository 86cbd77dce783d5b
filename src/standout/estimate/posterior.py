"""Exposure as a posterior: first what a record's effect and spreads may be, then the power at each of them."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import ndtri
from scipy.stats import chi2, qmc

from standout.attacks.moments import Moments
from standout.estimate.power import fast_power
from standout.estimate.prior import (
    GRID,
    EffectPrior,
    Evidence,
    Spread,
    component_likelihood,
    effect_prior,
    evidence,
    shrunk_spread,
)

DRAWS = 256
BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Posterior:
    """Per record float64 (N,): mean and 95 % interval of the exposure, and the chance that it is at most `above`."""

    exposure: np.ndarray
    low: np.ndarray
    high: np.ndarray
    doubt: np.ndarray


@dataclass(frozen=True, eq=False)
class Fit:
    """What all records of one audit taught: spreads, evidence on each record's effect, and the effects' prior."""

    spread: Spread
    evidence: Evidence
    prior: EffectPrior


def fit(moments: Moments) -> Fit:
    """Empirical-Bayes fit of spreads and effects."""
    spread = shrunk_spread(moments)
    seen = evidence(moments, spread)
    return Fit(spread, seen, effect_prior(seen))


def posterior(seen: Evidence, prior: EffectPrior, *, fpr: float = 1e-3, above: float = 0.1) -> Posterior:
    """Posterior of each record's exposure by quasi-random draws, the same for all records.

    Common draws make equal records come out equal, whatever their order. Returns Posterior of arrays (N,).
    """
    points = _points()
    out = [np.empty(len(seen.effect)) for _ in range(4)]
    kinds, kind = np.unique(seen.degrees, return_inverse=True)
    stretch = np.sqrt(chi2.ppf(points[None, :, 2], kinds[:, None]) / kinds[:, None])
    for start in range(0, len(seen.effect), BLOCK):
        part = slice(start, start + BLOCK)
        effect = effect_draws(_part(seen, part), prior, points) * stretch[kind[part]]  # larger variance, smaller effect
        log_ratio = seen.log_ratio[part, None] + seen.log_ratio_sd[part, None] * ndtri(points[:, 3])
        draws = fast_power(effect.ravel(), 0.5 * log_ratio.ravel(), fpr).reshape(effect.shape)
        out[0][part] = draws.mean(axis=1)
        low, high = np.quantile(draws, [0.025, 0.975], axis=1)
        # a mean can lie outside a central interval where nearly all draws are at one end
        out[1][part], out[2][part] = np.minimum(low, out[0][part]), np.maximum(high, out[0][part])
        out[3][part] = (draws <= above).mean(axis=1)
    return Posterior(*out)


def _points() -> np.ndarray:
    """Quasi-random points (DRAWS, 4) in the unit cube."""
    cube = qmc.Sobol(4, scramble=True, rng=np.random.default_rng(20251116)).random(DRAWS)
    return np.clip(cube, 1e-6, 1 - 1e-6)


def _part(seen: Evidence, part: slice) -> Evidence:
    return Evidence(*(getattr(seen, f.name)[part] for f in fields(seen)))


def effect_draws(seen: Evidence, prior: EffectPrior, points: np.ndarray) -> np.ndarray:
    """Draws (n, D) of the true effect from points (D, 2 or more): a component of the mixture, then a normal in it."""
    share = component_likelihood(seen.effect, seen.error, seen.degrees, prior.centre) * prior.weights
    cumulative = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    cumulative[:, -1] = 1.0
    component = (points[None, :, 0, None] > cumulative[:, None, :]).sum(axis=2)
    square, error = GRID[component] ** 2, seen.error[:, None]
    trust = square / (square + error**2)
    return prior.centre + trust * (seen.effect[:, None] - prior.centre) + np.sqrt(trust) * error * ndtri(points[:, 1])
