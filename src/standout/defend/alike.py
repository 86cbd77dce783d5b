"""Which queries look like records that a defence is aimed at, by what one model's members tell."""

import numpy as np

SHARE = 0.75
"""Of the aimed members, those that must look like aimed ones."""
ROWS = 4096
"""Records of a block: no more distances than these times classes are held."""


def looks_aimed(x: np.ndarray, labels: np.ndarray, members: np.ndarray, aimed: np.ndarray) -> np.ndarray:
    """Whether each record lies as far from what is typical as the aimed members do, bool (N,).

    x: float (N, D), gaps NaN or 0; labels: int (N,); members: bool (N,), who the model trained on; aimed: bool (N,),
    members that the defence is aimed at. Of a record count the distance to the nearest class centroid of members, and
    its ratio to the distance to the next nearest; columns are scaled by the spread of members. It looks aimed where
    both are at least what one share of the aimed members reaches in each, chosen so that SHARE of them reach both.

    Of a query it asks for features alone, neither its label nor whether it is a member: were only aimed members, or
    what lies next to one, answered otherwise, the other answer would betray them. Nobody looks aimed where no member is
    aimed at. O(N x D x classes). Source: Standout.
    """
    if not aimed.any():
        return np.zeros(len(x), dtype=bool)
    evidence = atypical(x, labels, members)
    reached = evidence[aimed]
    share = SHARE  # both together are reached by fewer than each alone; with a share of 1 all reach both
    while _reach(reached, bounds := np.quantile(reached, 1 - share, axis=0, method="lower")).mean() < SHARE:
        share = min(share + 0.01, 1.0)
    return _reach(evidence, bounds)


def _reach(evidence: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Which rows of evidence (N, 2) reach both bounds (2,), bool (N,)."""
    return np.all(evidence >= bounds, axis=1)


def atypical(x: np.ndarray, labels: np.ndarray, members: np.ndarray) -> np.ndarray:
    """(distance to the nearest class centroid, its ratio to that of the next nearest or 1), float64 (N, 2)."""
    own = np.nan_to_num(x[members].astype(np.float64))
    middle, spread = own.mean(axis=0), own.std(axis=0)
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    of = labels[members]
    centroids = np.stack([(own[of == c].mean(axis=0) - middle) * scale for c in np.unique(of)])
    out = np.ones((len(x), 2))
    for start in range(0, len(x), ROWS):
        part = slice(start, start + ROWS)
        z = (np.nan_to_num(x[part].astype(np.float64)) - middle) * scale
        squares = (z * z).sum(axis=1)[:, None] - 2 * z @ centroids.T + (centroids * centroids).sum(axis=1)
        near = np.sqrt(np.maximum(np.sort(squares, axis=1)[:, :2], 0))
        out[part, 0] = near[:, 0]
        if near.shape[1] > 1:
            out[part, 1] = np.divide(near[:, 0], near[:, 1], out=np.ones(len(near)), where=near[:, 1] > 0)
    return out
