"""What the records around a record are labelled, and how near they are."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from standout.explain.evidence import Evidence
from standout.explain.nearest import K, most_of, sample_of

TWIN = 0.1
"""Distance to a near-duplicate, as a share of the usual distance to the nearest neighbour."""
MOST = 20_000
"""Records of a class that distances within it are taken among: beyond, a part drawn at random."""


def neighbour_disagreement(evidence: Evidence) -> np.ndarray:
    """Share float64 (N,) of the 10 nearest other records that carry another label.

    NaN without features to compare. High: between classes, or a label in doubt. Of many and wide records
    the neighbours are those among a part drawn at random (`nearest.most_of`).
    Source: Muhlenbach, Lallich and Zighed 2004.
    """
    labels = evidence.dataset.y
    if not evidence.neighbours.shape[1]:
        return np.full(len(labels), np.nan)
    return (labels[evidence.neighbours] != labels[:, None]).mean(axis=1)


def own_class_distance(evidence: Evidence) -> np.ndarray:
    """Distance float64 (N,) to the fifth of its own class over that to the fifth of all records, at least 1; NaN where
    its class is smaller. Where neighbours are looked for among a part of the records, both are of that part. High:
    others of its class are far while other records are near.
    """
    x, labels = evidence.features, evidence.dataset.y
    out = np.full(len(labels), np.nan)
    k = K // 2
    if evidence.neighbours.shape[1] < k:
        return out
    rng = np.random.default_rng(0)
    sample = sample_of(len(x), most_of(*x.shape))
    for c in np.unique(labels):
        rows = np.flatnonzero(labels == c)
        part = rows if sample is None else np.intersect1d(rows, sample, assume_unique=True)
        if len(part) <= k:
            continue
        if len(part) > MOST:
            part = rng.choice(part, MOST, replace=False)
        if len(part) == len(rows):
            own = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(x[rows]).kneighbors()[0][:, -1]
        else:
            found = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(x[part]).kneighbors(x[rows])[0]
            own = np.where(found[:, 0] > 0, found[:, -2], found[:, -1])
        usual = evidence.near.distances[rows, k - 1]
        out[rows] = np.where(usual > 0, own / np.where(usual > 0, usual, 1), np.where(own > 0, np.inf, 1.0))
    finite = np.isfinite(out)
    return np.where(np.isinf(out), out[finite].max(initial=1.0), out)


def near_duplicates(evidence: Evidence) -> np.ndarray:
    """How many of the 10 nearest other records of its label are all but copies, float64 (N,): nearer than TWIN of the
    usual distance to the nearest neighbour. NaN without features. High: a twin in training protects it."""
    near, labels = evidence.near, evidence.dataset.y
    if not near.places.shape[1]:
        return np.full(len(labels), np.nan)
    first = near.distances[:, 0]
    reach = TWIN * float(np.median(first[first > 0])) if (first > 0).any() else 0.0
    return ((near.distances <= reach) & (labels[near.places] == labels[:, None])).sum(axis=1).astype(np.float64)
