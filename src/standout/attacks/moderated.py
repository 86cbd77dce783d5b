"""`moderated`: a likelihood ratio that knows how little a few models tell of one record.

Gap, spreads and means of each record are shrunk to a prior that is a function of the record, fitted on references
alone; the target's signal is judged by the predictive Student-t of each side, so the score is a calibrated log
likelihood ratio. Neighbours: BaVarIA (arXiv 2603.11799), limma (Smyth 2004), adaptive shrinkage (Stephens 2017).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from standout.attacks.attack import Attack, Target
from standout.estimate.prior import BLOCK, CENTRES, NONE, WIDTHS, evidence, fit, likelihood
from standout.estimate.spread import shrunk_spread
from standout.moments import Moments, Side

LEAST = 0.3
"""Of the mean variance of its side, what a record's predictive variance is at least. Votes of trees have atoms: where
all references agree, a variance near 0 would turn an ordinary answer into certain evidence. Nets are not touched by it.
"""


@dataclass(frozen=True, eq=False)
class Predictive:
    """Student-t of a new signal per record (N,): location, scale and degrees of freedom."""

    location: np.ndarray
    scale: np.ndarray
    degrees: np.ndarray

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Log density without the constant, which both sides share."""
        square = ((x - self.location) / self.scale) ** 2
        return -0.5 * (self.degrees + 1) * np.log1p(square / self.degrees) - np.log(self.scale)


def learn(references: Moments, characteristics: np.ndarray | None) -> Callable[[Moments], Callable]:
    """Fit the prior on references outside a block of pairs, for the targets of the block."""
    fitted = fit(references, characteristics)
    weights = fitted.prior.at(fitted.covariate).astype(np.float32)

    def judge(closer: Moments) -> Callable[[Target], np.ndarray]:
        inside, outside = predictives(closer, weights)
        return lambda target: inside.log_density(target.signals) - outside.log_density(target.signals)

    return judge


def predictives(references: Moments, weights: np.ndarray) -> tuple[Predictive, Predictive]:
    """(IN, OUT) predictive of each record. weights: mixture weights (N, K) of its effect over the grid.

    Given one normal of the grid as prior of the effect, both means have a normal posterior from both sides' data;
    the mixture's mean and variance are matched.
    """
    spread = shrunk_spread(references)
    seen, _ = evidence(references, spread)
    out = spread.variance / spread.unit**2  # all below in units
    inside = out * np.exp(spread.log_ratio)
    a = spread.pairing * inside / np.maximum(references.inside.count, NONE)
    b = spread.pairing * out / np.maximum(references.outside.count, NONE)
    centres, unsure = np.empty((2, len(out))), np.empty((2, len(out)))
    for start in range(0, len(out), BLOCK):
        part = slice(start, start + BLOCK)
        some = seen.rows(part)
        share = likelihood(some) * weights[part]
        share /= share.sum(axis=1, keepdims=True)
        for side, (centre, var) in enumerate(_given_effect(some.gap, out[part], a[part], b[part])):
            centres[side, part] = (share * centre).sum(axis=1)
            unsure[side, part] = (share * (var + (centre - centres[side, part, None]) ** 2)).sum(axis=1)
    locations = references.outside.mean + spread.unit * centres
    usual = np.array([[_mean_variance(side)] for side in (references.inside, references.outside)])
    scales = np.sqrt(np.maximum(spread.unit**2 * (np.stack([inside, out]) + unsure), LEAST * usual))
    both = [Predictive(location, scale, spread.degrees) for location, scale in zip(locations, scales)]
    return both[0], both[1]


def _mean_variance(side: Side) -> float:
    """Variance of a signal about its record's own mean, averaged over records."""
    return float(side.squares.sum() / np.maximum(side.count - 1, 1).sum())


def _given_effect(gap, out, a, b) -> list[tuple[np.ndarray, np.ndarray]]:
    """(mean, variance) (n, K) of the mean IN, then of the mean OUT signal (from the observed OUT mean) under each
    normal of the grid as prior of the effect. gap, OUT variance `out`, error variances a (IN) and b (OUT): (n,)."""
    deviation, gap, a, b = np.sqrt(out)[:, None], gap[:, None], a[:, None], b[:, None]
    centres, tau = CENTRES * deviation, (WIDTHS * deviation) ** 2
    total = a + b + tau
    return [
        ((gap * (b + tau) + centres * a) / total, a * (b + tau) / total),
        ((gap - centres) * b / total, b * (a + tau) / total),
    ]


moderated = Attack(
    "moderated", "rescaled-logit", Moments.of, None,
    "likelihood ratio with gap and spreads shrunk to a prior of the record, predictive Student-t",
    "standout; neighbours: arXiv 2603.11799", learn=learn,
)  # fmt: skip
