"""`moderated`: a likelihood ratio that knows how little a few models tell of one record.

Gap, spreads and means of each record are shrunk to a prior that is a function of the record, fitted on references
alone; the target's signal is judged by the predictive Student-t of each side, so the score is a calibrated log
likelihood ratio. Neighbours: BaVarIA (arXiv 2603.11799), limma (Smyth 2004), adaptive shrinkage (Stephens 2017).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import expit, log_expit

from standout.attacks.attack import Attack, Target
from standout.attacks.votes import Scales, angle
from standout.estimate.prior import BLOCK, CENTRES, NONE, WIDTHS, evidence, fit, joint_likelihood
from standout.estimate.spread import difficulty, shrunk_spread
from standout.estimate.trend import Trend
from standout.moments import Moments, Side

LEAST = 0.3
"""Of the mean variance of its side, what a record's predictive variance is at least. Votes of trees have atoms: where
all references agree, a variance near 0 would turn an ordinary answer into certain evidence. Nets are not touched by it.
"""
CREDIBLE = 0.03
"""Of the variance usual at a record's difficulty, what its own is taken for at least."""
PLAIN_RATIO = 3.0
"""Weight of the plain ratio, log p_y less the log of the mean p_y over references (as `rmia` has it), by one pair of
references; by n pairs 1/n of it. A likelihood ratio from a few models is bold where it errs, this one is not."""
LOWEST = 1e-300


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


def learn(references: Scales, characteristics: np.ndarray | None) -> Callable[[Scales], Callable]:
    """Fit the prior on references outside a block of pairs, for the targets of the block."""

    @cache
    def weights(votes: bool) -> np.ndarray:
        chosen = references.votes if votes else references.plain
        assert chosen is not None  # what judges by votes holds these references
        fitted = fit(_credible(chosen), characteristics)
        covariate = fitted.covariate
        out = np.empty((len(covariate), len(CENTRES)), dtype=np.float32)
        for start in range(0, len(out), BLOCK):  # in float64 they would be the largest array of all
            part = slice(start, start + BLOCK)
            out[part] = fitted.prior.at(covariate[part])
        return out

    def judge(closer: Scales) -> Callable[[Target], np.ndarray]:
        votes = closer.votes is not None
        moments = _credible(closer.votes or closer.plain)
        inside, outside = predictives(moments, weights(votes))
        usual, weight = _usual(closer.plain)

        def score(target: Target) -> np.ndarray:
            x = angle(target.signals) if votes else target.signals
            ratio = inside.log_density(x) - outside.log_density(x)
            return ratio + weight * (log_expit(target.signals) - usual)

        return score

    return judge


def _credible(references: Moments) -> Moments:
    """The same with variances that can be believed: at least a small part of what is usual at the record's difficulty.

    A few references may agree to the last bit by chance, most of all in votes. Taken at its word, one such record says
    that variances may be anything, and then every record's own, of two or three models, is believed.
    """
    trend = Trend.of(difficulty(references))

    def side(of: Side) -> Side:
        degrees = np.maximum(of.count - 1, 0)
        least = CREDIBLE * trend(of.squares / np.maximum(degrees, 1))
        return Side(of.count, of.mean, np.maximum(of.squares, degrees * least))

    return Moments(side(references.inside), side(references.outside), references.gaps)


def _usual(references: Moments) -> tuple[np.ndarray, float]:
    """Log of the mean p_y of each record's references, (N,), and how much weight a target's ratio to it has."""
    inside, outside = references.inside, references.outside
    models = inside.count + outside.count
    total = inside.count * expit(inside.mean) + outside.count * expit(outside.mean)
    return np.log(np.maximum(total / models, LOWEST)), PLAIN_RATIO / max(float(models.max()) / 2, 1.0)


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
        share = joint_likelihood(some).sum(axis=1) * weights[part]
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
    "moderated", "rescaled-logit", Scales.of, None,
    "likelihood ratio with gap and spreads shrunk to a prior of the record, predictive Student-t",
    "standout; neighbours: arXiv 2603.11799", learn=learn,
)  # fmt: skip
