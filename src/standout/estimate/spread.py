"""Spreads of the records' signals, shrunk: with few models a record's own variance is mostly noise.

All records of an audit share a prior around a trend in difficulty; the ratio of IN to OUT variance has its own.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma

from standout.moments import Moments

RESOLUTION = 1e-6
"""Signals are stored as float32: a spread below this share of the signal's size is rounding, not knowledge."""
MOST_DEGREES = 1e4
_HALF = (0.0, 0.01, 0.02, 0.035, 0.055, 0.08, 0.12, 0.17, 0.24, 0.32, 0.4)
EDGES = (*_HALF, 0.5, *(1 - e for e in _HALF[::-1]))
FEWEST = 40
"""Records in a bin of a trend."""
MOST_NOISE = 50.0
LEAST = 0.01
"""Variance that true log variances have over records of like difficulty, at least; a fit by moments can find 0."""
DEGREES_OF_GAPS = 3.0
"""Of freedom of a variance where no record has shown its own: records differ."""
NOTHING = 1e6
"""Variance of an error that stands for no knowledge."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Per record float64 (N,), as posterior of its log OUT variance: mean `log_variance`, variance `unsure`, as a
    point estimate `variance` with `degrees` of freedom; `unit`, the deviation usual at its difficulty, which carries
    no noise of its own; the log of the variance ratio IN/OUT, as normal: its mean, how it falls where the log
    OUT variance is higher than its mean, and what is unsure beside that; `pairing`, the variance
    of gaps within pairs over the sum of both sides' variances: 1 where twins are independent."""

    log_variance: np.ndarray
    unsure: np.ndarray
    variance: np.ndarray
    degrees: np.ndarray
    unit: np.ndarray
    log_ratio: np.ndarray
    log_ratio_slope: np.ndarray
    log_ratio_sd: np.ndarray
    pairing: np.ndarray


def difficulty(moments: Moments) -> np.ndarray:
    """Level of each record's signal, float64 (N,), weighted so that its noise is uncorrelated with that of the gap.

    The OUT mean alone carries the gap's own noise, with the sign turned: a prior that sees it explains noise. With
    equal spreads, the noise of (n_in mean_in + n_out mean_out) / n is uncorrelated with that of mean_in - mean_out.
    """
    inside, outside = moments.inside, moments.outside
    return (inside.count * inside.mean + outside.count * outside.mean) / (inside.count + outside.count)


def shrunk_spread(moments: Moments, noise_factor: float | np.ndarray = 1.0) -> Spread:
    """Log variances of both sides by a common normal prior around a trend in difficulty, fitted by moments.

    The sides learn from each other as far as their variances go together over the records. noise_factor: how much
    noisier log variances are than those of normal signals (`excess_noise`), a number or (N,). Source: limma-trend
    (Smyth 2004), with two variances a record.
    """
    inside, outside = moments.inside, moments.outside
    level = difficulty(moments)
    floor = (RESOLUTION * np.maximum(np.abs(inside.mean) + np.abs(outside.mean), 1e-3)) ** 2
    own, logs, noise, variances = [], [], [], []
    for side in (outside, inside):
        degrees = np.maximum(side.count - 1, 0)
        variance = np.maximum(side.squares / np.maximum(degrees, 1), floor)
        own.append(degrees)
        variances.append(variance)
        logs.append(_log_unbiased(variance, degrees))
        noise.append(np.where(degrees > 0, noise_factor * polygamma(1, np.maximum(degrees, 1) / 2), NOTHING))
    pairing = _pairing(moments, variances[0] + variances[1], level)
    if not (own[0] > 0).any() or not (own[1] > 0).any():
        return _from_gaps_alone(moments, level, floor, pairing)

    expected = np.stack([_known_trend(level, log, d > 0) for log, d in zip(logs, own)], axis=1)
    unit = np.maximum(np.exp(expected[:, 0] / 2), np.sqrt(floor))
    left = np.where(np.stack(own, axis=1) > 0, np.stack(logs, axis=1) - expected, 0.0)
    moved, cov = _shrunk(left, np.stack(noise, axis=1), level)
    mean = expected + moved
    unsure = np.maximum(cov[:, 0, 0], 2 / MOST_DEGREES)
    degrees = 2 * _trigamma_inverse(unsure)
    variance = np.maximum(np.exp(mean[:, 0] + digamma(degrees / 2) - np.log(degrees / 2)), floor)
    slope = cov[:, 0, 1] / unsure - 1
    ratio_sd = np.sqrt(np.maximum(cov[:, 1, 1] - cov[:, 0, 1] ** 2 / unsure, 0))
    return Spread(mean[:, 0], unsure, variance, degrees, unit, mean[:, 1] - mean[:, 0], slope, ratio_sd, pairing)


def excess_noise(halves: tuple[Moments, Moments]) -> np.ndarray:
    """How much noisier log variances are than those of normal signals, float64 (N,), at least 1, by difficulty.

    Heavy tails make variances noisy, and a variance too small makes a record look exposed. halves: moments of two
    disjoint sets of models; of what is the same in both, their log variances differ by noise alone.
    """
    first, second = halves
    level = difficulty(first + second)
    ratios, known = np.zeros(len(level)), np.zeros(len(level))
    for a, b in ((first.outside, second.outside), (first.inside, second.inside)):
        floor = (RESOLUTION * np.maximum(np.abs(a.mean) + np.abs(b.mean), 1e-3)) ** 2
        fine = (a.count > 1) & (b.count > 1) & (a.squares > floor * a.count) & (b.squares > floor * b.count)
        logs = [_log_unbiased(np.maximum(s.squares / np.maximum(s.count - 1, 1), floor), s.count - 1) for s in (a, b)]
        normal = sum(polygamma(1, np.maximum(s.count - 1, 1) / 2) for s in (a, b))
        ratios += np.where(fine, np.minimum((logs[0] - logs[1]) ** 2 / normal, MOST_NOISE), 0.0)
        known += fine
    seen = np.divide(ratios, known, out=np.ones_like(ratios), where=known > 0)
    return np.maximum(trend(level, seen), 1.0)


def _shrunk(left: np.ndarray, noise: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Posterior mean (N, 2) and covariance (N, 2, 2) of the deviations of log variances from what is expected.

    left: (N, 2) deviations; noise: (N, 2) variances of their errors, which are independent. How much records differ,
    and how closely the two sides go together, depends on difficulty, too: the sides of hard records go apart.
    """
    known = np.asarray((noise < NOTHING).all(axis=1))
    far = 4 * np.sqrt(left[known].var(axis=0))
    cut = np.clip(left, -far, far)  # single records do not set the scale of their likes
    prior = np.empty((len(left), 2, 2))
    for i, j in ((0, 0), (1, 1), (0, 1)):
        own = cut[:, i] * cut[:, j] - (noise[:, i] if i == j else 0)
        prior[:, i, j] = prior[:, j, i] = _known_trend(level, own, known)
    values, vectors = np.linalg.eigh(prior)
    prior = np.einsum("nik,nk,njk->nij", vectors, np.maximum(values, LEAST), vectors)
    total = prior + noise[:, :, None] * np.eye(2)
    gain = prior @ np.linalg.inv(total)
    return np.einsum("nij,nj->ni", gain, left), prior - gain @ prior


def _from_gaps_alone(moments: Moments, level, floor, pairing) -> Spread:
    """One model a side: only the spread of the gaps over the records is left to learn from.

    It is taken for the noise of either side, which is cautious, and half as usual at the record's difficulty.
    """
    gap = moments.inside.mean - moments.outside.mean
    square = (gap - trend(level, gap)) ** 2
    typical = np.maximum((square.mean() + trend(level, square)) / 2, floor)
    degrees, nothing = np.full(len(gap), DEGREES_OF_GAPS), np.zeros(len(gap))
    return Spread(np.log(typical), nothing, typical, degrees, np.sqrt(typical), nothing, nothing, nothing, pairing)


def _known_trend(level: np.ndarray, values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """`trend` of the values that are known, for all records."""
    return trend(level, values) if known.all() else np.full(len(level), values[known].mean())


def _pairing(moments: Moments, both: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Variance of gaps over the sum of the sides' variances (N,), by difficulty: ratios of sums, so hardly biased."""
    gaps = moments.gaps
    known = gaps.count > 1
    if known.sum() < 30:
        return np.ones(len(level))
    seen = np.where(known, gaps.squares / np.maximum(gaps.count - 1, 1) / both, 1.0)
    return np.clip(trend(level, np.minimum(seen, 4.0)), 0.5, 2.0)


def trend(level: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Expected value as a smooth function of difficulty: means of bins, finer at both ends, joined by straight lines.

    The exposed are among the hardest records, so there the trend must be local.
    """
    edges = np.unique(np.round(np.array(EDGES) * len(level)).astype(int))
    kept = [0]
    for edge in edges[1:-1]:
        if edge - kept[-1] >= FEWEST and len(level) - edge >= FEWEST:
            kept.append(int(edge))
    if len(kept) < 3:
        return np.full(len(level), values.mean())
    parts = np.split(np.argsort(level, kind="stable"), kept[1:])
    x = np.array([level[part].mean() for part in parts])
    return np.interp(level, x, np.array([values[part].mean() for part in parts]))


def _log_unbiased(variance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """log of the variance, without the bias that few degrees of freedom give it."""
    half = np.maximum(degrees, 1) / 2
    return np.log(variance) - digamma(half) + np.log(half)


def _trigamma_inverse(value: np.ndarray) -> np.ndarray:
    """y (N,) with trigamma(y) = value (N,) > 0, by Newton's method (Smyth 2004, appendix)."""
    y = 0.5 + 1 / value
    for _ in range(12):
        tri = polygamma(1, y)
        y = y + tri * (1 - tri / value) / polygamma(2, y)
    return y
