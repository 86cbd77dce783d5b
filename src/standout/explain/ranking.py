"""One ranking of records by what one training and the data alone tell of them, and how well it finds the exposed."""

from collections.abc import Mapping

import numpy as np
from scipy.stats import beta, rankdata

from standout.explain.association import association

TRACED = ("loss_trace_iqr", "el2n", "centroid_margin")
"""What the ranking goes by where a training leaves a trace: learned late, hard from the start, and near another class.
The first alone finds fewer (docs/screen.md)."""
UNTRACED = ("train_loss", "neighbour_disagreement")
"""What it goes by elsewhere."""
CHEAP = ("data", "one training")
"""Groups of characteristics that need no shadow models."""
SHARE = 0.01
"""Of the records, that are looked at first."""


def ranked_by(values: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """Names of the characteristics that the ranking goes by, of those that there are: values (N,) of each."""
    wanted = TRACED if TRACED[0] in values else UNTRACED
    return tuple(name for name in wanted if name in values)


def suspicion(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Mean place float64 (N,) in (0, 1) of each record by the characteristics of `ranked_by`: high for what an audit
    would most likely expose. Ties share their mean place; a characteristic that is not defined for a record puts it in
    the middle."""
    places = []
    for name in ranked_by(values):
        known = np.isfinite(values[name])
        place = np.full(len(known), 0.5)
        place[known] = (rankdata(values[name][known]) - 0.5) / known.sum()
        places.append(place)
    return np.mean(places, axis=0)


def order_of(suspected: np.ndarray) -> np.ndarray:
    """Places int (N,) of records from the most suspected down; ties in the order in which they stand, which is that of
    their ids."""
    return np.argsort(-suspected, kind="stable")


def found_by(suspected: np.ndarray, exposed: np.ndarray, exposure: np.ndarray) -> dict:
    """How many exposed records stand at the head of a ranking: {"records", "base_rate", "auroc", "ci", "first_percent",
    "first_k"}, each head {"records", "found", "precision", "precision_ci", "recall", "recall_ci"}.

    suspected: float (N,); exposed: bool (N,), exposure (N,). first_percent: the first 1 % of the records, at least one;
    first_k: as many as are exposed. Figures without an exposed record are None. Intervals of heads are exact binomial
    ones (Clopper and Pearson 1934), 95 %; that of the AUROC is a bootstrap over records.
    """
    k, n = int(exposed.sum()), len(exposed)
    order = order_of(suspected)
    strength = association(suspected, exposed, exposure)
    return {
        "records": n,
        "base_rate": k / n,
        "auroc": strength["auroc"],
        "ci": strength["ci"],
        "first_percent": head(exposed[order], max(round(SHARE * n), 1)),
        "first_k": head(exposed[order], k),
    }


def head(ranked: np.ndarray, size: int) -> dict | None:
    """The first `size` of ranked records, bool (N,) whether each is exposed; None where none is, or size is 0."""
    k, found = int(ranked.sum()), int(ranked[:size].sum())
    if not k or not size:
        return None
    return {
        "records": size,
        "found": found,
        "precision": found / size,
        "precision_ci": exact_interval(found, size),
        "recall": found / k,
        "recall_ci": exact_interval(found, k),
    }


def exact_interval(hits: int, trials: int) -> list[float]:
    """95 % interval of a share, from hits among trials."""
    low = float(beta.ppf(0.025, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, trials - hits)) if hits < trials else 1.0
    return [low, high]
