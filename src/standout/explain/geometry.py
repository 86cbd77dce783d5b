"""Where a record lies among the classes, in raw features; the arithmetic serves other features as well.

The functions of features and labels take x float (N, D) and class codes int (N,), and return float64 (N,): NaN where a
record is alone in its class, or where there are no columns.
"""

import numpy as np
from sklearn.covariance import ledoit_wolf

from standout.explain.evidence import Evidence

WIDEST, ROWS = 512, 20_000
"""Columns and records that a covariance is estimated from at most: images and long tables are projected first."""


def centroid_distance(evidence: Evidence) -> np.ndarray:
    """Euclidean distance float64 (N,) to the mean of the other records of its class; NaN where there is none.

    High: an outlier of its class. Source: arXiv 2511.16792, section 5.
    """
    return from_own(evidence.features, evidence.dataset.y)


def centroid_cosine(evidence: Evidence) -> np.ndarray:
    """1 - cosine float64 (N,) of a record and the mean of the other records of its class, both seen from the mean of
    all records; NaN where there is none. High: points another way than its class. Source: arXiv 2511.16792."""
    return cosine_from_own(evidence.features, evidence.dataset.y)


def mahalanobis(evidence: Evidence) -> np.ndarray:
    """Distance float64 (N,) to the mean of the other records of its class, in deviations of the records about their
    classes: one covariance for all classes, shrunk as Ledoit and Wolf 2004 do; NaN where there is none.

    Wide features are projected on WIDEST random directions, which keep distances. High: an outlier of its class, by
    directions in which classes hardly spread.
    """
    return deviations_from_own(evidence.features, evidence.dataset.y)


def centroid_margin(evidence: Evidence) -> np.ndarray:
    """Distance float64 (N,) to the mean of the other records of its class less that to the nearest mean of another
    class; NaN where one of them is not there. High: nearer to another class than to its own."""
    return margin_to_others(evidence.features, evidence.dataset.y)


def from_own(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Euclidean distance to the mean of the other records of its class."""
    x = x.astype(np.float64)
    out = np.full(len(x), np.nan)
    for rows in _classes(labels):
        if len(rows) > 1 and x.shape[1]:
            # without the record itself: x - mean of the others = (x - mean) * n / (n - 1)
            away = (x[rows] - x[rows].mean(axis=0)) * (len(rows) / (len(rows) - 1))
            out[rows] = np.sqrt(np.einsum("nd,nd->n", away, away))
    return out


def cosine_from_own(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """1 - cosine to the mean of the other records of its class, both seen from the mean of all records."""
    x = x.astype(np.float64)
    out = np.full(len(x), np.nan)
    x = x - x.mean(axis=0)
    for rows in _classes(labels):
        if len(rows) > 1 and x.shape[1]:
            others = (x[rows].sum(axis=0) - x[rows]) / (len(rows) - 1)
            lengths = np.linalg.norm(x[rows], axis=1) * np.linalg.norm(others, axis=1)
            dot = np.einsum("nd,nd->n", x[rows], others)
            out[rows] = 1 - np.divide(dot, lengths, out=np.zeros(len(rows)), where=lengths > 0)
    return out


def deviations_from_own(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mahalanobis distance to the mean of the other records of its class, by one shrunk covariance within classes."""
    if not x.shape[1]:
        return np.full(len(x), np.nan)
    x = narrowed(x)
    within = x.copy()
    for rows in _classes(labels):
        within[rows] -= x[rows].mean(axis=0)
    covariance, _ = ledoit_wolf(within[:: max(len(x) // ROWS, 1)], assume_centered=True)
    values, vectors = np.linalg.eigh(covariance)
    fine = values > 1e-10 * max(values.max(), 1e-300)
    return from_own(x @ (vectors[:, fine] / np.sqrt(values[fine])), labels)


def margin_to_others(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Distance to the mean of the other records of its class less that to the nearest mean of another class; NaN with
    a single class."""
    x, classes = x.astype(np.float64), np.unique(labels)
    if len(classes) < 2 or not x.shape[1]:
        return np.full(len(x), np.nan)
    means = np.stack([x[labels == c].mean(axis=0) for c in classes])
    squares = (x**2).sum(axis=1)[:, None] - 2 * x @ means.T + (means**2).sum(axis=1)
    squares[np.arange(len(x)), np.searchsorted(classes, labels)] = np.inf
    return from_own(x, labels) - np.sqrt(np.maximum(squares.min(axis=1), 0))


def narrowed(x: np.ndarray) -> np.ndarray:
    """float64 (N, at most WIDEST): wide features on so many random directions, which keep distances."""
    x = x.astype(np.float64)
    if x.shape[1] <= WIDEST:
        return x
    return x @ (np.random.default_rng(0).standard_normal((x.shape[1], WIDEST)) / np.sqrt(WIDEST))


def _classes(labels: np.ndarray) -> list[np.ndarray]:
    """Places of the records of each class."""
    return [np.flatnonzero(labels == c) for c in np.unique(labels)]
