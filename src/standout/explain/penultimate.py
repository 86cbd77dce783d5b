"""Where a record lies among the classes in what models that never saw it make of it: penultimate features.

Features of two models share no axes and no unit. So each value is taken within one model, among what that model makes
of all records, and put in a unit of its own; then the kept models that never saw a record are averaged over. NaN where
no kept model left the record out, or none keeps features.
"""

from collections.abc import Callable, Iterator

import numpy as np

from standout.explain import geometry
from standout.explain.evidence import Evidence, Kept
from standout.explain.nearest import nearest

AMONG = 5_000
"""Records that neighbours are looked for among: several models are looked through, so fewer than of raw features."""
MOST = float(np.finfo(np.float16).max)


def feature_centroid_distance(evidence: Evidence) -> np.ndarray:
    """Euclidean distance float64 (N,) to the mean of the other records of its class, over the mean such distance in
    the same model of the records that it never saw. High: an outlier of its class. Source: arXiv 2511.16792."""
    return _over_models(evidence, lambda x, y, out: _in_usual(geometry.from_own(x, y), x, y, out))


def feature_cosine(evidence: Evidence) -> np.ndarray:
    """1 - cosine float64 (N,) of a record and the mean of the other records of its class, both seen from the mean of
    all records. High: points another way than its class. Source: arXiv 2511.16792."""
    return _over_models(evidence, lambda x, y, out: geometry.cosine_from_own(x, y)[out])


def feature_mahalanobis(evidence: Evidence) -> np.ndarray:
    """Distance float64 (N,) to the mean of the other records of its class, in deviations of the records about their
    classes, by a covariance shrunk as Ledoit and Wolf 2004 do. High: an outlier by how classes spread.
    Source: Lee et al. 2018 (penultimate features, one covariance)."""
    return _over_models(evidence, lambda x, y, out: geometry.deviations_from_own(x, y)[out])


def feature_margin(evidence: Evidence) -> np.ndarray:
    """Distance float64 (N,) to the mean of the other records of its class less that to the nearest mean of another
    class, in the unit of `feature_centroid_distance`. High: nearer to another class than to its own."""
    return _over_models(evidence, lambda x, y, out: _in_usual(geometry.margin_to_others(x, y), x, y, out))


def feature_disagreement(evidence: Evidence) -> np.ndarray:
    """Share float64 (N,) of the 10 nearest other records that carry another label; beyond AMONG records the neighbours
    are those among so many drawn at random. High: among records of other labels, or a label in doubt.
    Source: Papernot and McDaniel 2018 (neighbours in a net's own features)."""

    def share(x: np.ndarray, labels: np.ndarray, out: np.ndarray) -> np.ndarray:
        rows = np.flatnonzero(out)
        around = labels[nearest(x.astype(np.float32), most=AMONG, of=rows).places]
        return (around != labels[rows][:, None]).mean(axis=1) if around.shape[1] else np.full(len(rows), np.nan)

    return _over_models(evidence, share)


def unseeing(evidence: Evidence) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """(number, features float64 (N, H), who it never saw bool (N,)) of the kept models that have finite features."""
    for m, kept in enumerate(evidence.kept):
        x = _finite(kept)
        if x is not None:
            yield m, x, ~kept.members


def _finite(kept: Kept) -> np.ndarray | None:
    """Features of a model, those beyond half precision at its largest number; None where there are none, or NaN."""
    if kept.features is None or not kept.features.shape[1] or np.isnan(kept.features).any():
        return None
    return np.clip(kept.features.astype(np.float64), -MOST, MOST)


def _over_models(evidence: Evidence, of: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """Mean float64 (N,) of of(features, labels, who the model never saw) -> a value for each of those, over models."""
    labels = evidence.records.y
    total, count = np.zeros(len(evidence.records)), np.zeros(len(evidence.records), dtype=np.int64)
    if labels is not None:
        for _, x, out in unseeing(evidence):
            values = of(x, labels, out)
            rows = np.flatnonzero(out)[np.isfinite(values)]
            total[rows] += values[np.isfinite(values)]
            count[rows] += 1
    return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)


def _in_usual(values: np.ndarray, x: np.ndarray, labels: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Values of those where out, in mean distances to the middle of its class; NaN where all distances are 0."""
    away = geometry.from_own(x, labels)[out]
    away = away[np.isfinite(away)]
    usual = float(away.mean()) if len(away) else 0.0
    return values[out] / usual if usual > 0 else np.full(int(out.sum()), np.nan)
