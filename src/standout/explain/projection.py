"""Records in the plane, so that one sees where the exposed ones lie: t-SNE of what a model that never saw them makes
of them, or of raw features where models keep none. Source: arXiv 2511.16792; van der Maaten and Hinton 2008."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from standout.explain.evidence import Evidence
from standout.explain.geometry import narrowed
from standout.explain.penultimate import unseeing
from standout.threads import one_thread

MOST, FEWEST = 1000, 20
"""Records of a panel at most, which bounds the time whatever the data: two panels take six seconds of one core; and
at least, or there is no shape to see."""
COMPONENTS, PERPLEXITY, STEPS, ANGLE = 30, 30, 400, 0.8
"""Twice the steps and exact forces keep no more neighbours on digits (trustworthiness .9943 and .9947)."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One map. model: whose features it shows, None for raw ones; rows: places int (n,) of the records shown, rising;
    at: float64 (n, 2), within 0 and 1; records, exposed: how many there were to choose from."""

    model: int | None
    rows: np.ndarray
    at: np.ndarray
    records: int
    exposed: int


def panels(evidence: Evidence, exposed: np.ndarray) -> list[Panel]:
    """Of model 0 the records that it never saw, and of its twin those that the twin never saw: so each record is seen
    once where half of the records are in each training. One panel of raw features where models keep none. No panel
    without an exposed record, or with fewer than FEWEST.

    exposed: bool (N,), all of them shown up to half of MOST; beyond, and of the others, a part drawn at random.
    """
    found = []
    chosen = [(m, x, out) for m, x, out in unseeing(evidence) if m < 2]
    if not chosen:
        chosen = [(None, evidence.features, np.ones(len(exposed), dtype=bool))]
    for model, x, out in chosen:
        rows = drawn(exposed, np.flatnonzero(out))
        if len(rows) >= FEWEST and exposed[rows].any():
            found.append(Panel(model, rows, flat(x[rows]), int(out.sum()), int((exposed & out).sum())))
    return found


def drawn(exposed: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rising places of at most MOST of these rows: the exposed ones first, up to half of MOST where others are left."""
    rng = np.random.default_rng(20261128)
    marked, others = rows[exposed[rows]], rows[~exposed[rows]]
    if len(rows) <= MOST:
        return rows
    room = max(MOST // 2, MOST - len(others))
    marked = marked if len(marked) <= room else rng.choice(marked, room, replace=False)
    return np.sort(np.concatenate([marked, rng.choice(others, MOST - len(marked), replace=False)]))


def flat(x: np.ndarray) -> np.ndarray:
    """Places float64 (n, 2), the longer side from 0 to 1, of features (n, D): principal components, then t-SNE of them
    that begins with the first two. One thread, so that sums have one order and the same features give the same map."""
    with one_thread():
        x = narrowed(x)
        if not x.shape[1] or not np.ptp(x, axis=0).any():
            return np.full((len(x), 2), 0.5)
        components = PCA(min(COMPONENTS, *x.shape), svd_solver="full").fit_transform(x)
        start = np.random.default_rng(0).standard_normal((len(x), 2))  # of a single column there is but one component
        start[:, : components.shape[1]] = components[:, :2] / components[:, 0].std()
        at = TSNE(
            perplexity=min(PERPLEXITY, (len(x) - 1) / 3), init=(1e-4 * start).astype(np.float32), max_iter=STEPS,
            angle=ANGLE, random_state=0, n_jobs=1,
        ).fit_transform(components)  # fmt: skip
    at = at.astype(np.float64) - at.min(axis=0)
    longer = at.max()
    return at / longer if longer > 0 else np.full_like(at, 0.5)
