"""Where a record lies among its class."""

import numpy as np

from standout.explain.evidence import Evidence


def centroid_distance(evidence: Evidence) -> np.ndarray:
    """Euclidean distance float64 (N,) to the mean of the other records of its class; NaN where there is none.

    High: an outlier of its class. Source: arXiv 2511.16792, section 5.
    """
    x, labels = evidence.features.astype(np.float64), evidence.dataset.y
    out = np.full(len(x), np.nan)
    for c in np.unique(labels):
        rows = np.flatnonzero(labels == c)
        if len(rows) > 1 and x.shape[1]:
            # without the record itself: x - mean of the others = (x - mean) * n / (n - 1)
            away = (x[rows] - x[rows].mean(axis=0)) * (len(rows) / (len(rows) - 1))
            out[rows] = np.sqrt(np.einsum("nd,nd->n", away, away))
    return out
