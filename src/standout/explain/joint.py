"""How well characteristics together predict exposure, on records that the prediction was not learnt from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import spearmanr
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from standout.explain.association import association
from standout.explain.folds import drawn, folds_of
from standout.measure.intervals import interval

MOST, FEWEST, EXPOSED = 20_000, 100, 10
"""Records that are learnt from at most (whole units, drawn at random), and at least; exposed ones at least."""
FOLDS, REPEATS, RESAMPLES = 5, 3, 400
TREES = {"max_iter": 40, "learning_rate": 0.15, "max_leaf_nodes": 8, "min_samples_leaf": 10, "max_bins": 63,
         "early_stopping": False, "random_state": 0}  # fmt: skip
INNER = 4
"""One in so many units of a training fold tells how many of the trees are kept."""
SIDES = ("data", "out")
"""Groups of characteristics that may predict: those that may speak of causes."""


def explained(
    values: dict[str, np.ndarray],
    groups: dict[str, str],
    exposure: np.ndarray,
    exposed: np.ndarray,
    units: np.ndarray,
    variance: float | None,
) -> dict | None:
    """How much of exposure the characteristics of the data and of OUT models predict; None below FEWEST records, or
    where exposure does not vary or there are fewer than two units a fold.

    values: float (N,) of each characteristic, NaN where not defined; groups: the group of each; exposure (N,); exposed
    bool (N,); units int (N,): records of one stay in one fold; variance: mean posterior variance of exposure, None
    where not known.

    Returns {"records", "units", "folds", "exposure", "exposed", "importance", "importance_of_groups"}. `exposure` and
    `exposed` hold a block for both groups together, `both`, and for `data` and `out` alone, None where a group has no
    characteristic. `exposure`: r2, 1 - squared error / squared deviation from the mean, of all held-out predictions;
    ci, 95 % bootstrap interval over units; spearman. Beside the blocks noise, the share of the variance of exposure
    that is its own estimate's (`noise_share`), and left, what neither characteristics nor noise account for, at
    least 0. `exposed`: how well the same predictions tell exposed from other records: auroc, ci, average_precision;
    beside them share, of exposed records; None below EXPOSED on either side. `importance`: by how much r2 of `both`
    falls when the values of a characteristic (`importance_of_groups`: of all of a group) are shuffled among held-out
    records; correlated ones share it.

    Exposure is a posterior mean, and OUT characteristics come from the models that it was estimated from: what they
    predict of it may in part be their common noise.
    """
    rows = drawn(units, MOST, np.random.default_rng(11))
    y, hit = exposure[rows], exposed[rows]
    own = np.unique(units[rows], return_inverse=True)[1]
    sides = {side: [n for n in values if groups[n] == side] for side in SIDES}
    names = [n for side in SIDES for n in sides[side]]
    if len(rows) < FEWEST or own.max() + 1 < 2 * FOLDS or np.ptp(y) == 0 or not names:
        return None
    x = np.stack([np.where(np.isfinite(values[n][rows]), values[n][rows], np.nan) for n in names], axis=1)
    chosen = {"both": np.arange(len(names))}
    chosen |= {side: np.flatnonzero([groups[n] == side for n in names]) for side in SIDES}
    fold = folds_of(own, y, FOLDS, np.random.default_rng(12))
    with threadpool_limits(1):  # the same sums on every machine
        models = {k: held_out(x[:, c], y, own, fold) for k, c in chosen.items() if len(c)}
        single = importance(models["both"], x, y, fold, [[k] for k in range(len(names))])
        whole = importance(models["both"], x, y, fold, [chosen[side].tolist() for side in SIDES])
    able = min(int(hit.sum()), int((~hit).sum())) >= EXPOSED
    told = {k: strength(models[k].predicted, y, own) if k in models else None for k in chosen}
    noise = None if variance is None else noise_share(exposure, variance)
    predicted = models["both"].predicted
    order = np.argsort(-np.array(single), kind="stable")
    return {
        "records": len(rows),
        "units": int(own.max()) + 1,
        "folds": FOLDS,
        "exposure": {
            **told,
            "noise": noise,
            "left": None if noise is None else max(squares(predicted, y) / squares(y.mean(), y) - noise, 0.0),
        },
        "exposed": None
        if not able
        else {
            **{k: separation(models[k].predicted, hit, y) if k in models else None for k in chosen},
            "share": float(hit.mean()),
        },
        "importance": {names[k]: single[k] for k in order},
        "importance_of_groups": {s: whole[k] if len(chosen[s]) else None for k, s in enumerate(SIDES)},
    }


def noise_share(exposure: np.ndarray, variance: float) -> float:
    """Share of the variance of estimated exposure over records that is noise of the estimate.

    exposure: posterior means (N,); variance: the mean of the posterior variances, V. Posterior means are shrunk: with
    normal exposure and noise their variance is W = r T, where T = W + V is that of true exposure and r = W / T the
    squared correlation of the two. So r is all of the variance of the estimate that true exposure can account for, and
    V / (W + V) the rest.
    """
    spread = float(np.var(exposure))
    return variance / (spread + variance) if variance > 0 else 0.0


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Predictions (N,), each by a model that did not learn from the fold of that record, and what predicts: of each
    fold, from features to predictions."""

    predicted: np.ndarray
    predictors: list[Callable[[np.ndarray], np.ndarray]]


def held_out(x: np.ndarray, y: np.ndarray, units: np.ndarray, fold: np.ndarray) -> HeldOut:
    """x (N, F), NaN allowed; y (N,); units, fold int (N,)."""
    predicted, predictors = np.empty(len(y)), []
    for f in range(FOLDS):
        inside = fold != f
        predict = learnt(x[inside], y[inside], units[inside])
        predictors.append(predict)
        predicted[~inside] = predict(x[~inside])
    return HeldOut(predicted, predictors)


def learnt(x: np.ndarray, y: np.ndarray, units: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Boosted trees, as many as predict a part best that is set apart for it: none, where none helps."""
    part = folds_of(units, y, INNER, np.random.default_rng(13)) == 0
    steps = HistGradientBoostingRegressor(**TREES).fit(x[~part], y[~part]).staged_predict(x[part])
    errors = [squares(y[~part].mean(), y[part]), *(squares(step, y[part]) for step in steps)]
    best = int(np.argmin(errors))
    if best == 0:
        return partial(_constant, float(y.mean()))
    return HistGradientBoostingRegressor(**{**TREES, "max_iter": best}).fit(x, y).predict


def importance(model: HeldOut, x: np.ndarray, y: np.ndarray, fold: np.ndarray, columns: list[list[int]]) -> list[float]:
    """Fall of r2 when these columns of held-out records are shuffled together within their fold, mean of REPEATS."""
    spread = squares(y.mean(), y)
    worse = np.zeros(len(columns))
    for f in range(FOLDS):
        rows = np.flatnonzero(fold == f)
        if not len(rows):
            continue
        rng = np.random.default_rng([14, f])
        before = squares(model.predicted[rows], y[rows])
        shuffles = [rng.permutation(rows) for _ in range(REPEATS)]
        for k, some in enumerate(columns):
            for other in shuffles:
                changed = x[rows].copy()
                changed[:, some] = x[other][:, some]
                after = squares(model.predictors[f](changed), y[rows])
                worse[k] += (after - before) / REPEATS
    return [float(w / spread) for w in worse]


def strength(predicted: np.ndarray, y: np.ndarray, units: np.ndarray) -> dict:
    """{"r2", "ci", "spearman"} of held-out predictions; ci by resampling units."""
    sums = [np.bincount(units, w) for w in (np.ones(len(y)), y, y**2, (y - predicted) ** 2)]
    draws = []
    rng = np.random.default_rng(15)
    for _ in range(RESAMPLES):
        weights = rng.multinomial(len(sums[0]), np.full(len(sums[0]), 1 / len(sums[0])))
        n, first, second, error = (float(weights @ s) for s in sums)
        spread = second - first**2 / n
        draws.append(1 - error / spread if spread > 0 else 0.0)
    varies = np.ptp(predicted) > 0
    return {
        "r2": 1 - squares(predicted, y) / squares(y.mean(), y),
        "ci": interval(np.array(draws)),
        "spearman": float(spearmanr(predicted, y).statistic) if varies else 0.0,
    }


def separation(predicted: np.ndarray, exposed: np.ndarray, exposure: np.ndarray) -> dict:
    """{"auroc", "ci", "average_precision"} of held-out predictions against exposed bool (N,)."""
    found = association(predicted, exposed, exposure)
    return {
        "auroc": found["auroc"],
        "ci": found["ci"],
        "average_precision": float(average_precision_score(exposed, predicted)),
    }


def squares(predicted: np.ndarray | float, y: np.ndarray) -> float:
    """Sum of squared errors."""
    return float(((y - predicted) ** 2).sum())


def _constant(value: float, x: np.ndarray) -> np.ndarray:
    return np.full(len(x), value)
