"""`moderated`: a likelihood ratio that knows how little a few models tell of one record.

Gap, spreads and means of each record are shrunk to a prior that is a function of the record, fitted on references
alone; the target's signal is judged by the predictive Student-t of each side, so the score is a calibrated log
likelihood ratio. Neighbours: BaVarIA (arXiv 2603.11799), limma (Smyth 2004), adaptive shrinkage (Stephens 2017).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from standout.attacks.attack import Attack, Target
from standout.attacks.moments import Moments
from standout.estimate.prior import CENTRES, NONE, WIDTHS, evidence, fit, likelihood
from standout.estimate.spread import shrunk_spread


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


def learn(references: Moments, characteristics: np.ndarray | None) -> Callable[[Target, Moments], np.ndarray]:
    """Fit the prior on references outside a block of pairs; returns the score for targets of the block."""
    fitted = fit(references, characteristics)
    weights = fitted.prior.at(fitted.covariate).astype(np.float32)
    last: list = [None, None]

    def score(target: Target, closer: Moments) -> np.ndarray:
        if last[0] is not closer:  # twins share their references
            last[:] = closer, predictives(closer, weights)
        inside, outside = last[1]
        return inside.log_density(target.signals) - outside.log_density(target.signals)

    return score


def predictives(references: Moments, weights: np.ndarray) -> tuple[Predictive, Predictive]:
    """(IN, OUT) predictive of each record. weights: mixture weights (N, K) of its effect over the grid.

    Given one normal of the grid as prior of the effect, both means have a normal posterior from both sides' data;
    the mixture's mean and variance are matched.
    """
    spread = shrunk_spread(references)
    seen, _ = evidence(references, spread)
    share = likelihood(seen) * weights
    share /= share.sum(axis=1, keepdims=True)
    out = spread.variance / spread.unit**2  # all below in units
    inside = out * np.exp(spread.log_ratio)
    a = (spread.pairing * inside / np.maximum(references.inside.count, NONE))[:, None]
    b = (spread.pairing * out / np.maximum(references.outside.count, NONE))[:, None]
    deviation = np.sqrt(out)[:, None]
    centres, tau, gap = CENTRES * deviation, (WIDTHS * deviation) ** 2, seen.gap[:, None]
    sides = []
    for mean, var, own in (
        ((gap * (b + tau) + centres * a) / (a + b + tau), a * (b + tau) / (a + b + tau), inside),
        ((gap - centres) * b / (a + b + tau), b * (a + tau) / (a + b + tau), out),
    ):
        centre = (share * mean).sum(axis=1)
        unsure = (share * (var + (mean - centre[:, None]) ** 2)).sum(axis=1)
        location = references.outside.mean + spread.unit * centre
        sides.append(Predictive(location, spread.unit * np.sqrt(own + unsure), spread.degrees))
    return sides[0], sides[1]


moderated = Attack(
    "moderated", "rescaled-logit", Moments.of, None,
    "likelihood ratio with gap and spreads shrunk to a prior of the record, predictive Student-t",
    "standout; neighbours: arXiv 2603.11799", learn=learn,
)  # fmt: skip
