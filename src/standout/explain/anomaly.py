"""How unusual a record is within its class, by detectors of scikit-learn's."""

import warnings
from collections.abc import Callable

import numpy as np
from sklearn import config_context
from sklearn.decomposition import PCA
from sklearn.neighbors import LocalOutlierFactor
from sklearn.tree import ExtraTreeRegressor

from standout.explain.evidence import Evidence

FEWEST = 8
"""Records below which a class tells nothing of what is usual in it."""
MOST = 10_000
"""Records of a class that are learnt from at most."""
SAMPLE = 256
"""Records that a tree of the isolation forest is grown on."""
TREES = 3000
"""Of all forests together, about: one has 100 trees, fewer where there are more than 30 classes, 20 at least."""


def isolation(evidence: Evidence) -> np.ndarray:
    """Isolation score float64 (N,) within its class; NaN in classes of fewer than 8. High: isolated by few cuts.

    Source: Liu, Ting and Zhou 2008, section 4.
    """
    trees = min(max(TREES // max(len(np.unique(evidence.dataset.y)), 1), 20), 100)
    with config_context(assume_finite=True, skip_parameter_validation=True):  # a fifth of the time of small trees
        return _within(evidence, lambda own, x: isolated(own, x, trees))


def isolated(own: np.ndarray, x: np.ndarray, trees: int) -> np.ndarray:
    """Isolation score (N,) of x (N, D) by so many trees, each of SAMPLE rows drawn from own.

    The trees are scikit-learn's, whose own forest spends nine tenths of its time on checks of its input.
    """
    own, x = np.ascontiguousarray(own, dtype=np.float32), np.ascontiguousarray(x, dtype=np.float32)
    size, rng = min(SAMPLE, len(own)), np.random.default_rng(0)
    seeded = np.random.RandomState()  # one that is seeded anew: to make one takes as long as to grow a small tree
    tree = ExtraTreeRegressor(max_features=1, max_depth=int(np.ceil(np.log2(max(size, 2)))), random_state=seeded)
    depths = np.zeros(len(x))
    for k in range(trees):
        rows = rng.choice(len(own), size, replace=False)
        seeded.seed(k)
        grown = tree.fit(own[rows], rng.random(size), check_input=False).tree_
        leaf = grown.apply(x)
        depths += (grown.compute_node_depths() - 1)[leaf] + beyond(grown.n_node_samples)[leaf]
    return 2.0 ** (-depths / trees / max(beyond(np.array([size]))[0], 1e-12))


def beyond(n: np.ndarray) -> np.ndarray:
    """Mean depth of an unsuccessful search in a binary tree of n records. Source: Liu, Ting and Zhou 2008, eq. 1."""
    many = np.maximum(n, 3).astype(np.float64)
    return np.where(n > 2, 2 * (np.log(many - 1) + np.euler_gamma) - 2 * (many - 1) / many, n == 2)


def local_outlier(evidence: Evidence) -> np.ndarray:
    """Local outlier factor float64 (N,) within its class, of 10 neighbours; NaN in classes of fewer than 8. High: in a
    place thinner than those of its neighbours. Source: Breunig et al. 2000."""

    def score(own: np.ndarray, x: np.ndarray) -> np.ndarray:
        k = min(10, len(own) - 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # duplicates: said nowhere else, and harmless in ranks
            if own is x:
                return -LocalOutlierFactor(k).fit(own).negative_outlier_factor_
            return -LocalOutlierFactor(k, novelty=True).fit(own).score_samples(x)

    return np.minimum(_within(evidence, score), 1e6)


def reconstruction(evidence: Evidence) -> np.ndarray:
    """Distance float64 (N,) from the principal components that hold nine tenths of the variance of its class; NaN in
    classes of fewer than 8. High: made of what its class hardly has. Source: Shyu et al. 2003."""

    def score(own: np.ndarray, x: np.ndarray) -> np.ndarray:
        if not np.ptp(own, axis=0).any():
            return np.zeros(len(x))
        fitted = PCA(0.9, svd_solver="full" if own.shape[1] <= 2000 else "auto").fit(own)
        rest = x - fitted.inverse_transform(fitted.transform(x))
        return np.linalg.norm(rest, axis=1)

    return _within(evidence, score)


def _within(evidence: Evidence, score: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """score(records learnt from, records of the class) of each class apart."""
    x, labels = evidence.features, evidence.dataset.y
    out = np.full(len(x), np.nan)
    for c in np.unique(labels):
        rows = np.flatnonzero(labels == c)
        if len(rows) < FEWEST or not x.shape[1]:
            continue
        all_of_them = x[rows]
        few = len(rows) > MOST
        own = all_of_them[np.random.default_rng(0).choice(len(rows), MOST, replace=False)] if few else all_of_them
        out[rows] = score(own, all_of_them)
    return out
