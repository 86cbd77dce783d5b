"""Nearest other records by brute force in blocks: exact up to MOST records, beyond them among a sample of so many."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

K = 10
MOST = 100_000
"""Records that neighbours are looked for among. All pairs of a million records would take half an hour of a core and
more; among a tenth of them drawn at random, the share of neighbours of another label is the same question asked in a
somewhat wider circle, and time grows with the number of records, not with its square."""


def nearest(features: np.ndarray, k: int = K) -> np.ndarray:
    """Indices int (N, k) of the k nearest other records (Euclidean), nearest first.

    Fewer where N is small, none without features. Beyond MOST records: of those in `sample_of`.
    """
    k = min(k, len(features) - 1)
    if not features.shape[1]:
        return np.empty((len(features), 0), dtype=np.int64)
    sample = sample_of(len(features))
    if sample is None:
        # without a query, scikit-learn leaves each record itself out, duplicates stay in
        return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(features).kneighbors(return_distance=False)
    found = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(features[sample])
    others = sample[found.kneighbors(features, return_distance=False)]
    own = others == np.arange(len(features))[:, None]
    own[:, -1] |= ~own.any(axis=1)  # who is not in the sample, or is hidden by duplicates, has one neighbour too many
    return others[~own].reshape(len(features), k)


def sample_of(records: int) -> np.ndarray | None:
    """Rising places int (MOST,) of the records that neighbours are looked for among; None for all of them. The same
    for the same number of records, which are in id order: so whatever the order of the user's rows."""
    if records <= MOST:
        return None
    return np.sort(np.random.default_rng(20261125).choice(records, MOST, replace=False))
