"""What an audit can detect: the smallest exposure that it would report."""

import numpy as np

from standout.estimate.discovery import LEVEL
from standout.estimate.estimate import Estimate
from standout.estimate.posterior import posterior
from standout.estimate.power import LARGEST
from standout.estimate.replay import replay
from standout.estimate.tails import Tails

LEVELS = np.concatenate([np.arange(0.01, 0.1, 0.01), np.arange(0.1, 1.0, 0.025)])
"""Exposures tried, as shares of the way from `above` to 1."""
SIMULATED = 200


def detectable(estimated: Estimate, *, fpr: float, above: float, share: float = 1.0) -> float | None:
    """The smallest exposure that this audit would report with 80 % chance, or None where it could report none.

    share: the same of an audit with so many times the models.

    Simulates records of known exposure, alike in all else to the most exposed ones here, and judges them as the audit
    does: reported where their doubt is within what the audit admitted.
    """
    found, exposed, fitted = estimated.posterior, estimated.exposed, estimated.fit
    admitted = max(float(found.doubt[exposed].max()) if exposed.any() else 0.0, LEVEL)
    count = len(found.exposure)
    top = np.argsort(-found.exposure, kind="stable")[: max(int(exposed.sum()), count // 100, 1)]
    again = np.arange(SIMULATED) % len(top)
    top = top[:SIMULATED]
    like = top[again]
    spreads = np.exp(fitted.evidence.log_ratio[top] / 2)
    weights = fitted.prior.at(fitted.covariate[like])
    smallest = None
    for level in (above + LEVELS * (1 - above))[::-1]:  # down to the first that is missed: most audits are done early
        effects = effect_of(level, spreads, fpr, estimated.tails)[again]
        simulated = replay(fitted, like, effects, share, np.random.default_rng(7))
        judged = posterior(simulated, weights, fpr=fpr, above=above, tails=estimated.tails)
        if float((judged.doubt <= admitted).mean()) < 0.8:
            break
        smallest = round(float(level), 3)
    return smallest


def effect_of(level: float, spread: np.ndarray, fpr: float, tails: Tails) -> np.ndarray:
    """Effects (N,) at which the power is `level`, for ratios of deviations `spread` (N,), by bisection."""
    low, high = np.zeros(len(spread)), np.full(len(spread), LARGEST)
    for _ in range(40):
        middle = (low + high) / 2
        short = tails.power(middle, np.log(spread), fpr) < level
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2
