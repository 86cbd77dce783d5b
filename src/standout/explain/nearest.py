"""Nearest other records by brute force in blocks: exact while that is little work, beyond it among a random sample."""

from typing import NamedTuple

import numpy as np
from sklearn.neighbors import NearestNeighbors

K = 10
MOST = 100_000
"""Records that neighbours are looked for among. All pairs of a million records would take half an hour of a core and
more; among a tenth of them drawn at random, the share of neighbours of another label is the same question asked in a
somewhat wider circle, and time grows with the number of records, not with its square."""

WORK, LEAST = 1.5e11, 5000
"""Records times columns times records looked through, beyond which fewer are looked through, but LEAST at least: that
takes about 10 s of a core."""


class Neighbours(NamedTuple):
    """Of each record, nearest first: places int (N, k) of the other records, and distances float64 (N, k)."""

    places: np.ndarray
    distances: np.ndarray


def nearest(features: np.ndarray, k: int = K, *, most: int | None = None, of: np.ndarray | None = None) -> Neighbours:
    """The k nearest other records (Euclidean) of all, or of those at places `of`, int (n,); fewer where N is small,
    none without features.

    Beyond `most` records, `most_of` unless told: of those in `sample_of`.
    """
    k = min(k, len(features) - 1)
    asked = np.arange(len(features)) if of is None else of
    if not features.shape[1]:
        return Neighbours(np.empty((len(asked), 0), dtype=np.int64), np.empty((len(asked), 0)))
    sample = sample_of(len(features), most_of(*features.shape) if most is None else most)
    if sample is None and of is None:
        # without a query, scikit-learn leaves each record itself out, duplicates stay in
        found = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(features).kneighbors()
        return Neighbours(found[1], found[0].astype(np.float64))
    among = np.arange(len(features)) if sample is None else sample
    found = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(features[among])
    distances, near = found.kneighbors(features[asked])
    others = among[near]
    own = others == asked[:, None]
    own[:, -1] |= ~own.any(axis=1)  # who is not in the sample, or is hidden by duplicates, has one neighbour too many
    shape = (len(asked), k)
    return Neighbours(others[~own].reshape(shape), distances[~own].reshape(shape).astype(np.float64))


def most_of(records: int, columns: int) -> int:
    """How many records neighbours are looked for among: MOST, fewer where the work would be too much."""
    return min(MOST, max(int(WORK / max(records * columns, 1)), LEAST))


def sample_of(records: int, most: int) -> np.ndarray | None:
    """Rising places int (most,) of the records that neighbours are looked for among; None for all of them. The same
    for the same number of records, which are in id order: so whatever the order of the user's rows."""
    if records <= most:
        return None
    return np.sort(np.random.default_rng(20261125).choice(records, most, replace=False))
