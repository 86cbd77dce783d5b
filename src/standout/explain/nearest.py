"""Nearest other records, exact, by brute force in blocks."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

K = 10


def nearest(features: np.ndarray, k: int = K) -> np.ndarray:
    """Indices int (N, k) of the k nearest other records (Euclidean), nearest first.

    Fewer where N is small, none without features.
    """
    k = min(k, len(features) - 1)
    if not features.shape[1]:
        return np.empty((len(features), 0), dtype=np.int64)
    # without a query, scikit-learn leaves each record itself out, duplicates stay in
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(features).kneighbors(return_distance=False)
