"""The prior of effects, learnt from all records of one audit by empirical Bayes, as a function of the record.

An effect is the gap between a record's mean IN and mean OUT signal, in deviations of its OUT signal. Records of which
a like effect is expected share a mixture over a grid of effects; which records are alike is soft.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy.stats import rankdata

from standout.estimate.agreement import cautious
from standout.estimate.spread import Spread, difficulty, excess_noise, shrunk_spread
from standout.moments import Moments, moments_of

LARGEST = 300.0
NONE = 1e-6
"""Stands for no model: the mean of none is not known at all."""
_STEPS = np.array([0.15, 0.35, 0.6, 0.9, 1.25, 1.65, 2.1, 2.6, 3.2, 4, 5, 6.3, 8, 11, 16, 25, 45, 90, 180, LARGEST])
CENTRES = np.concatenate([-_STEPS[7::-1], [0.0], _STEPS])
WIDTHS = np.maximum(np.gradient(CENTRES) / 2, 0.05)
WIDTHS[8] = 0.02
"""The grid: narrow normals that overlap, so that their mixture is any smooth distribution; one stands for no effect."""
KNOTS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99)
BETWEEN = 60
"""Knots of difficulty are quantiles with at least so many records between them."""
COMMON = 20.0
"""Records' worth of the common mixture in each knot's own."""
DOUBTERS = 10.0
"""Records' worth of no effect in the common mixture: doubt that anything is there at all."""
ROUNDS = 150
FOLDS = 3
HIGHEST = 6.0
MOST = 20_000
"""Records that the mixture is fitted on; it has too few numbers to need more."""
BLOCK = 512
"""Records whose likelihoods, 7 nodes by 29 normals each, are reckoned together: a megabyte, which stays in cache."""
PART = 1024
SURFACE = 4096
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()
"""Values that a standard normal may have (Gauss-Hermite), for what is unsure of a log variance."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Per record float64 (N,): observed gap over `unit` and its standard error; log OUT variance in units, with its
    variance `unsure`, and the `slope` of effects on it; log variance ratio IN/OUT with its slope on the log OUT
    variance and what is unsure beside that."""

    gap: np.ndarray
    error: np.ndarray
    log_variance: np.ndarray
    unsure: np.ndarray
    slope: np.ndarray
    log_ratio: np.ndarray
    log_ratio_slope: np.ndarray
    log_ratio_sd: np.ndarray

    def rows(self, chosen) -> "Evidence":
        """The same of some records."""
        return Evidence(*(getattr(self, f.name)[chosen] for f in fields(self)))


@dataclass(frozen=True, eq=False)
class Prior:
    """Mixture weights (K, len(CENTRES)) at knots (K,) of a covariate; between knots they are mixed linearly."""

    knots: np.ndarray
    weights: np.ndarray

    def at(self, covariate: np.ndarray) -> np.ndarray:
        """Mixture weights (N, len(CENTRES)) of records with this covariate (N,)."""
        return _hats(covariate, self.knots) @ self.weights


def evidence(moments: Moments, spread: Spread) -> tuple[Evidence, np.ndarray]:
    """What the records' moments say, and the effect (N,) expected of each from difficulty and spreads.

    Records that vary more have larger gaps. The gap's noise is independent of the spread's, so the spread may speak on
    the gap; were effects measured in the record's own noisy deviation, an underestimated one would pass for an effect.
    """
    inside, outside = moments.inside, moments.outside
    gap = np.clip((inside.mean - outside.mean) / spread.unit, -LARGEST, LARGEST)
    square = np.exp(spread.log_ratio) / np.maximum(inside.count, NONE) + 1 / np.maximum(outside.count, NONE)
    error = np.sqrt(square * spread.pairing * np.exp(spread.log_variance)) / spread.unit
    in_units = spread.log_variance - 2 * np.log(spread.unit)
    expected, slope, ratio_slope = _expected_gap(gap, error, difficulty(moments), in_units, spread.log_ratio)
    own = np.exp(-in_units / 2)
    slope = own * (slope + ratio_slope * spread.log_ratio_slope - expected / 2)  # of gap / deviation
    seen = Evidence(
        gap, error, in_units, spread.unsure, np.clip(slope, -2, 2),
        spread.log_ratio, spread.log_ratio_slope, spread.log_ratio_sd,
    )  # fmt: skip
    return seen, np.clip(expected * own, -LARGEST, LARGEST)


def _expected_gap(gap, error, level, log_variance, log_ratio) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gap expected of each record and its slopes on log variance and log ratio (N,), by least squares."""
    if len(gap) < 100:
        return np.full(len(gap), float(np.mean(gap))), np.zeros(len(gap)), np.zeros(len(gap))
    rank = (rankdata(level) - 0.5) / len(level) * 2 - 1
    v = np.clip(log_variance - log_variance.mean(), -3, 3)
    r = np.clip(log_ratio - log_ratio.mean(), -3, 3)
    weight = 1 / np.sqrt(error**2 + np.median(error) ** 2)
    most = 3 * np.quantile(np.abs(gap), 0.99) + 1e-12  # single records do not bend the surface
    wanted = np.clip(gap, -most, most) * weight
    parts = [slice(start, start + SURFACE) for start in range(0, len(gap), SURFACE)]
    triangle: np.ndarray = np.empty((0, 14))
    for part in parts:  # QR of all rows, a part at a time: the whole matrix would be the largest of all
        x = _surface(rank[part], v[part], r[part]) * weight[part, None]
        rows = np.concatenate([triangle, np.column_stack([x, wanted[part]])])
        triangle = np.asarray(np.linalg.qr(rows, mode="r"))
    beta = np.linalg.lstsq(triangle[:, :-1], triangle[:, -1], rcond=1e-8)[0]
    expected = np.concatenate([_surface(rank[part], v[part], r[part]) @ beta for part in parts])
    on_variance = beta[6] + rank * beta[7] + rank**2 * beta[8] + 2 * v * beta[9] + r * beta[12]
    return expected, on_variance, beta[10] + rank * beta[11] + v * beta[12]


def _surface(rank: np.ndarray, v: np.ndarray, r: np.ndarray) -> np.ndarray:
    """What the expected gap is linear in (n, 13): powers of the rank in difficulty, log variance, log ratio (n,)."""
    one = np.ones_like(rank)
    smooth = [one, rank, rank**2, rank**3, rank**4, rank**5]
    return np.stack([*smooth, v, rank * v, rank**2 * v, v**2, r, rank * r, v * r], axis=1)


def by_node(seen: Evidence) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(mean (N, J, K), variance (N, J, K), deviation (N, J)) of the observed gap, in units, for each of J values that
    the log OUT variance may have and each of the grid's K normals as the effect's."""
    moved = np.sqrt(seen.unsure)[:, None] * NODES
    deviation = np.exp((seen.log_variance[:, None] + moved) / 2)
    centre = CENTRES + (seen.slope[:, None] * moved)[:, :, None]
    mean = centre * deviation[:, :, None]
    error = seen.error[:, None] * np.exp(moved / 2)  # a record that varies more than seen has a less sure gap, too
    variance = (error**2)[:, :, None] + (WIDTHS * deviation[:, :, None]) ** 2
    return mean, variance, deviation


def joint_likelihood(seen: Evidence) -> np.ndarray:
    """Likelihood (N, J, K) of each observed gap, with the nodes' own weights, up to a factor per record."""
    mean, variance, _ = by_node(seen)
    log_l = -0.5 * ((seen.gap[:, None, None] - mean) ** 2 / variance + np.log(variance))
    log_l -= log_l.max(axis=(1, 2), keepdims=True)
    return np.exp(log_l) * NODE_WEIGHTS[:, None]


def likelihood(seen: Evidence) -> np.ndarray:
    """Likelihood (N, K) of each observed gap under each normal of the grid, whatever the deviation is."""
    out = np.empty((len(seen.gap), len(CENTRES)))
    for start in range(0, len(out), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = joint_likelihood(seen.rows(part)).sum(axis=1)
    return out


def fit_prior(seen: Evidence, covariate: np.ndarray) -> Prior:
    """Weights by maximum likelihood (EM), each knot's held towards those of all records.

    Source: adaptive shrinkage (Stephens 2017), with a covariate.
    """
    step = max(len(covariate) // MOST, 1)
    chosen = np.argsort(covariate, kind="stable")[::step]
    fit = likelihood(seen.rows(chosen))
    common = np.full((1, len(CENTRES)), 1 / len(CENTRES))
    doubt = np.where(CENTRES == 0, DOUBTERS, 0.0)
    common = _em(fit, np.ones((len(fit), 1)), common, doubt[None])
    knots = _knots(covariate)
    if len(knots) == 1:
        return Prior(knots, np.maximum(common, 1e-9))
    weights = _em(fit, _hats(covariate[chosen], knots), np.repeat(common, len(knots), axis=0), COMMON * common)
    return Prior(knots, np.maximum(weights, 1e-9))  # nothing is impossible, however far a record lies


def _em(fit: np.ndarray, share: np.ndarray, weights: np.ndarray, pseudo: np.ndarray) -> np.ndarray:
    """Weights (K, C) that maximise the likelihood of records whose mixture is share (N, K) @ weights, with
    pseudo-counts (K, C) added.

    Records come sorted, so those of a part share a few knots; only these are reckoned, and a part stays in cache.
    """
    parts = []
    for start in range(0, len(fit), PART):
        part = slice(start, start + PART)
        near = np.flatnonzero(share[part].any(axis=0))
        knots = slice(int(near[0]), int(near[-1]) + 1)
        parts.append((np.ascontiguousarray(fit[part].T), np.ascontiguousarray(share[part, knots].T), knots))
    for _ in range(ROUNDS):
        explained = np.zeros_like(weights)
        for likely, near, knots in parts:
            total = np.einsum("kn,kn->n", near, weights[knots] @ likely)
            explained[knots] += (near / np.maximum(total, 1e-300)) @ likely.T
        weights = weights * explained + pseudo
        weights /= weights.sum(axis=1, keepdims=True)
    return weights


def _knots(covariate: np.ndarray) -> np.ndarray:
    """Quantiles of the covariate with enough records between them."""
    ordered = np.sort(covariate)
    places = [round(q * (len(ordered) - 1)) for q in KNOTS]
    kept: list[int] = []
    for place in places:
        if not kept or (place - kept[-1] >= BETWEEN and ordered[place] > ordered[kept[-1]]):
            kept.append(place)
    if len(kept) < 3:
        kept = [len(ordered) // 2]
    return ordered[kept]


def _hats(covariate: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Linear weights (N, K) of each record on its two neighbouring knots; beyond the ends all on the last."""
    if len(knots) == 1:
        return np.ones((len(covariate), 1))
    right = np.clip(np.searchsorted(knots, covariate), 1, len(knots) - 1)
    along = np.clip((covariate - knots[right - 1]) / (knots[right] - knots[right - 1]), 0, 1)
    out = np.zeros((len(covariate), len(knots)))
    rows = np.arange(len(covariate))
    out[rows, right - 1] = 1 - along
    out[rows, right] = along
    return out


@dataclass(frozen=True, eq=False)
class Fit:
    """What all records of one audit taught: evidence on each record, its covariate, the prior of effects."""

    evidence: Evidence
    covariate: np.ndarray
    prior: Prior
    noise_factor: float | np.ndarray = 1.0


def fit(moments: Moments, characteristics: np.ndarray | None = None, noise_factor: float | np.ndarray = 1.0) -> Fit:
    """Empirical-Bayes fit of spreads and effects. characteristics (N, F): of the records, from the data alone;
    noise_factor: that of `shrunk_spread`."""
    spread = shrunk_spread(moments, noise_factor)
    seen, over = evidence(moments, spread)
    if characteristics is not None:
        over = expected_effect(seen, np.column_stack([over, difficulty(moments), characteristics]))
    return Fit(seen, over, fit_prior(seen, over), noise_factor)


def fit_signals(signals: np.ndarray, members: np.ndarray, characteristics: np.ndarray | None = None) -> Fit:
    """`fit` on signals (M, N) and members bool (M, N), which also say how noisy variances are."""
    half = len(signals) // 4 * 2
    halves = moments_of(signals[:half], members[:half]), moments_of(signals[half:], members[half:])
    return fit(cautious(halves[0] + halves[1]), characteristics, excess_noise(halves))


def expected_effect(seen: Evidence, features: np.ndarray, folds: np.ndarray | None = None) -> np.ndarray:
    """Effect (N,) that boosted trees expect of each record from features (N, F).

    Cross-fitted: no record takes part in its own prediction, nor does one of its fold. folds: int (N,), default by
    position; near-duplicates and groups belong into one fold.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    y = np.clip(seen.gap * np.exp(-seen.log_variance / 2), -1.0, HIGHEST)
    fold = np.arange(len(y)) % FOLDS if folds is None else folds % FOLDS
    out = np.full(len(y), float(y.mean()))
    for f in range(FOLDS):
        inside, outside = fold != f, fold == f
        if inside.any() and outside.any():
            trees = HistGradientBoostingRegressor(
                max_iter=60, max_leaf_nodes=15, min_samples_leaf=40, early_stopping=False, random_state=0
            )
            weight = 1 / (seen.error[inside] ** 2 + np.median(seen.error) ** 2)
            out[outside] = trees.fit(features[inside], y[inside], weight).predict(features[outside])
    return out
