"""Spreads of the records' signals, shrunk: with few models a record's own variance is mostly noise.

All records of an audit share a prior around a trend in difficulty; the ratio of IN to OUT variance has its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma

from standout.estimate.trend import Trend
from standout.moments import Moments

RESOLUTION = 1e-6
"""Signals are stored as float32: a spread below this share of the signal's size is rounding, not knowledge."""
MOST_DEGREES = 1e4
MOST_NOISE = 50.0
LEAST = 0.01
"""Variance that true log variances have over records of like difficulty, at least; a fit by moments can find 0."""
DEGREES_OF_GAPS = 3.0
"""Of freedom of a variance where no record has shown its own: records differ."""
NOTHING = 1e6
"""Variance of an error that stands for no knowledge."""
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
MOVED = 8
"""Trigamma's asymptotic series is exact to rounding from here on."""


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
    trend = Trend.of(difficulty(moments))
    floor = (RESOLUTION * np.maximum(np.abs(inside.mean) + np.abs(outside.mean), 1e-3)) ** 2
    own, logs, noise, variances = [], [], [], []
    for side in (outside, inside):
        degrees = np.maximum(side.count - 1, 0)
        variance = np.maximum(side.squares / np.maximum(degrees, 1), floor)
        own.append(degrees)
        variances.append(variance)
        logs.append(_log_unbiased(variance, degrees))
        noise.append(np.where(degrees > 0, noise_factor * _normal_noise(degrees), NOTHING))
    pairing = _pairing(moments, variances[0] + variances[1], trend)
    if not (own[0] > 0).any() or not (own[1] > 0).any():
        return _from_gaps_alone(moments, trend, floor, pairing)

    expected = np.stack([_known_trend(trend, log, d > 0) for log, d in zip(logs, own)], axis=1)
    unit = np.maximum(np.exp(expected[:, 0] / 2), np.sqrt(floor))
    left = np.where(np.stack(own, axis=1) > 0, np.stack(logs, axis=1) - expected, 0.0)
    moved, cov = _shrunk(left, np.stack(noise, axis=1), trend)
    mean = expected + moved
    out, both, inner = cov
    unsure = np.maximum(out, 2 / MOST_DEGREES)
    degrees = 2 * _trigamma_inverse(unsure)
    variance = np.maximum(np.exp(mean[:, 0] + digamma(degrees / 2) - np.log(degrees / 2)), floor)
    slope = both / unsure - 1
    ratio_sd = np.sqrt(np.maximum(inner - both**2 / unsure, 0))
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
        normal = sum(_normal_noise(s.count - 1) for s in (a, b))
        ratios += np.where(fine, np.minimum((logs[0] - logs[1]) ** 2 / normal, MOST_NOISE), 0.0)
        known += fine
    seen = np.divide(ratios, known, out=np.ones_like(ratios), where=known > 0)
    return np.maximum(Trend.of(level)(seen), 1.0)


def _shrunk(left: np.ndarray, noise: np.ndarray, trend: Trend) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Posterior of the deviations of log variances from what is expected: mean (N, 2) and its covariance as
    (variance OUT, covariance, variance IN), (N,) each.

    left: (N, 2) deviations; noise: (N, 2) variances of their errors, which are independent. How much records differ,
    and how closely the two sides go together, depends on difficulty, too: the sides of hard records go apart.
    """
    known = np.asarray((noise < NOTHING).all(axis=1))
    far = 4 * np.sqrt(left[known].var(axis=0))
    cut = np.clip(left, -far, far)  # single records do not set the scale of their likes
    squares = [cut[:, i] * cut[:, j] - (noise[:, i] if i == j else 0) for i, j in ((0, 0), (0, 1), (1, 1))]
    a, b, c = _positive(*(_known_trend(trend, square, known) for square in squares))
    # of 2 x 2 matrices, written out: prior - prior (prior + noise)^-1 prior, and gain = prior (prior + noise)^-1
    u, v = noise[:, 0], noise[:, 1]
    determinant = (a + u) * (c + v) - b * b
    rest = (a * c - b * b) / determinant
    cov = u * (rest + a * v / determinant), b * u * v / determinant, v * (rest + c * u / determinant)
    out, inner = left[:, 0] / u, left[:, 1] / v
    return np.stack([cov[0] * out + cov[1] * inner, cov[1] * out + cov[2] * inner], axis=1), cov


def _positive(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The matrices [[a, b], [b, c]], (N,) each, with eigenvalues of at least LEAST."""
    middle, half = (a + c) / 2, (a - c) / 2
    radius = np.hypot(half, b)
    high, low = np.maximum(middle + radius, LEAST), np.maximum(middle - radius, LEAST)
    shrunk = (high - low) / 2 / np.where(radius > 0, radius, 1.0)
    middle = (high + low) / 2
    return middle + shrunk * half, shrunk * b, middle - shrunk * half


def _from_gaps_alone(moments: Moments, trend: Trend, floor, pairing) -> Spread:
    """One model a side: only the spread of the gaps over the records is left to learn from.

    It is taken for the noise of either side, which is cautious, and half as usual at the record's difficulty.
    """
    gap = moments.inside.mean - moments.outside.mean
    square = (gap - trend(gap)) ** 2
    typical = np.maximum((square.mean() + trend(square)) / 2, floor)
    degrees, nothing = np.full(len(gap), DEGREES_OF_GAPS), np.zeros(len(gap))
    return Spread(np.log(typical), nothing, typical, degrees, np.sqrt(typical), nothing, nothing, nothing, pairing)


def _known_trend(trend: Trend, values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Trend of the values that are known, for all records."""
    return trend(values) if known.all() else np.full(len(values), values[known].mean())


def _pairing(moments: Moments, both: np.ndarray, trend: Trend) -> np.ndarray:
    """Variance of gaps over the sum of the sides' variances (N,), by difficulty: ratios of sums, so hardly biased."""
    gaps = moments.gaps
    known = gaps.count > 1
    if known.sum() < 30:
        return np.ones(len(both))
    seen = np.where(known, gaps.squares / np.maximum(gaps.count - 1, 1) / both, 1.0)
    return np.clip(trend(np.minimum(seen, 4.0)), 0.5, 2.0)


def _log_unbiased(variance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """log of the variance, without the bias that few degrees of freedom give it."""
    return np.log(variance) - _each_once(lambda n: digamma(n / 2) - np.log(n / 2), degrees)


def _normal_noise(degrees: np.ndarray) -> np.ndarray:
    """Variance of the log variance of normal signals."""
    return _each_once(lambda n: polygamma(1, n / 2), degrees)


def _each_once(function: Callable[[np.ndarray], np.ndarray], degrees: np.ndarray) -> np.ndarray:
    """A function of degrees of freedom (N,), at least 1, worked out once for each number that occurs: they are few."""
    distinct, place = np.unique(np.maximum(degrees, 1), return_inverse=True)
    return function(distinct)[place]


def _trigamma_inverse(value: np.ndarray) -> np.ndarray:
    """y (N,) with trigamma(y) = value (N,) > 0, by Newton's method (Smyth 2004, appendix)."""
    y = 0.5 + 1 / value
    for _ in range(12):
        tri, tetra = _trigamma(y)
        step = tri * (1 - tri / value) / tetra
        y = y + step
        if (np.abs(step) <= 1e-9 * y).all():  # the error is the square of that
            break
    return y


def _trigamma(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Trigamma and its derivative (N,) to rounding: asymptotic series, moved to where it holds. `polygamma` takes an
    order as an array, too, and is 20 times as slow."""
    tri, tetra = np.zeros_like(y), np.zeros_like(y)
    for _ in range(MOVED):
        inverse = 1 / y
        square = inverse * inverse
        tri += square
        tetra -= 2 * square * inverse
        y = y + 1
    inverse = 1 / y
    square = inverse * inverse
    a, b = np.zeros_like(y), np.zeros_like(y)
    for k in range(len(BERNOULLI), 0, -1):  # sum of B_2k / y^(2k + 1), and minus its derivative
        a = (a + BERNOULLI[k - 1]) * square
        b = (b + (2 * k + 1) * BERNOULLI[k - 1]) * square
    return tri + inverse + square / 2 + a * inverse, tetra - square - square * inverse - b * square
