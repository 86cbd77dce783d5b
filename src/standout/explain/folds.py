"""Which records must not be parted between folds, and the folds."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from standout.explain.evidence import Evidence
from standout.explain.neighbours import TWIN


def units_of(evidence: Evidence) -> np.ndarray:
    """Unit int64 (N,) of each record: records of one of the user's groups and near-duplicates, of whatever label, are
    one unit, and so is whatever hangs together by them. A record without such is a unit of its own."""
    n = len(evidence.records)
    data = evidence.records.data
    if data is None:
        return np.arange(n)
    starts, ends = [], []
    near = evidence.near
    if near.places.shape[1]:
        i, k = np.nonzero(near.distances <= reach_of(near.distances[:, -1]))
        starts.append(i)
        ends.append(near.places[i, k])
    if data.groups is not None:
        _, first, codes = np.unique(data.groups, return_index=True, return_inverse=True)
        starts.append(np.arange(n))
        ends.append(first[codes])
    if not starts:
        return np.arange(n)
    i, j = np.concatenate(starts), np.concatenate(ends)
    links = coo_array((np.ones(len(i), dtype=bool), (i, j)), shape=(n, n))
    return connected_components(links, directed=False)[1].astype(np.int64)


def reach_of(distances: np.ndarray) -> float:
    """Distance up to which records are kept together: TWIN of the usual one to the last neighbour, since the first one
    may be a copy of nearly every record. distances: to the last neighbour (N,)."""
    return TWIN * float(np.median(distances[distances > 0])) if (distances > 0).any() else 0.0


def drawn(units: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Rising places int of at most `most` records: whole units in random order while they fit."""
    if len(units) <= most:
        return np.arange(len(units))
    sizes = np.bincount(units)
    order = rng.permutation(len(sizes))
    chosen = np.zeros(len(sizes), dtype=bool)
    chosen[order[np.cumsum(sizes[order]) <= most]] = True
    return np.flatnonzero(chosen[units])


def folds_of(units: np.ndarray, target: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Fold int (N,) of each record, whole units, spread by the highest target of a unit: few records are exposed, and
    each fold needs some. units: codes from 0, int (N,); target: float (N,)."""
    highest = np.full(int(units.max()) + 1, -np.inf)
    np.maximum.at(highest, units, target)
    there = np.flatnonzero(np.isfinite(highest))
    order = there[np.lexsort((rng.random(len(there)), -highest[there]))]
    blocks = [rng.permutation(folds) for _ in range(-(-len(order) // folds))]
    fold = np.zeros(len(highest), dtype=np.int64)
    fold[order] = np.concatenate(blocks)[: len(order)]
    return fold[units]
