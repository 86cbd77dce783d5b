"""How far the maps of two nets on one picture are apart, and whether exposed records differ in that from typical ones.

Two nets never look quite alike, whoever they trained on. So the distance between one that trained on the record and one
that did not stands beside that between two which are alike in this.
"""

from itertools import product

import numpy as np
from scipy import stats


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Total variation distance of pairs of maps, each scaled to the sum 1: half the sum of the absolute differences.

    one, other: float (B, h, w), 0 or more. Returns float64 (B,) in [0, 1]: 0 the same map up to a factor, 1 no place
    in common. A map that is 0 everywhere looks nowhere: at distance 0 of another such, and 1 of any other.
    Source: 1 - SIM of Bylinskii et al. 2019 (arXiv 1604.03605).
    """
    p, q = (m.reshape(len(m), -1).astype(np.float64) for m in (one, other))
    totals = p.sum(axis=1, keepdims=True), q.sum(axis=1, keepdims=True)
    p, q = (np.divide(m, t, out=np.zeros_like(m), where=t > 0) for m, t in zip((p, q), totals))
    nowhere = (totals[0] == 0)[:, 0] != (totals[1] == 0)[:, 0]
    return np.where(nowhere, 1.0, np.abs(p - q).sum(axis=1) / 2)


def crossed(members: np.ndarray) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(unlike, alike) pairs of models for one record, given members bool (M,), M even: who of them trained on it.

    Unlike: (one that did, one that did not); alike: both did, or neither. Never twins: those share fewer training
    records than any other two, which would pass for an effect of the one record.
    """
    blocks = [(m, m + 1) for m in range(0, len(members), 2)]
    pairs = [pair for k, a in enumerate(blocks) for b in blocks[k + 1 :] for pair in product(a, b)]
    unlike = [(i, j) if members[i] else (j, i) for i, j in pairs if members[i] != members[j]]
    return unlike, [(i, j) for i, j in pairs if members[i] == members[j]]


def both_distances(maps: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean distance of unlike and of alike pairs of models, float64 (B,) each, NaN where there is no such pair.

    maps: float (M, B, h, w); members: bool (M, B).
    """
    out = np.full((2, maps.shape[1]), np.nan)
    for b in range(maps.shape[1]):
        for side, pairs in enumerate(crossed(members[:, b])):
            if pairs:
                first, second = (maps[list(m), b] for m in zip(*pairs))
                out[side, b] = apart(first, second).mean()
    return out[0], out[1]


def mean_with_interval(values: np.ndarray) -> tuple[float | None, list[float] | None]:
    """Mean of values (B,) and its 95 % t interval over records, NaN left out; None where too few are left."""
    values = values[np.isfinite(values)]
    if not len(values):
        return None, None
    mean = float(values.mean())
    if len(values) < 2:
        return mean, None
    half = float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5)
    return mean, [mean - half, mean + half]


def comparison(exposed: tuple[np.ndarray, np.ndarray], typical: tuple[np.ndarray, np.ndarray]) -> dict:
    """{"exposed", "typical": {"apart", "alike", "excess", "ci"}, "more": {"apart", "ci", "excess", "excess_ci"}}.

    exposed, typical: (unlike, alike) distances (B,) each; typical ones of the same classes, one for each exposed one.
    excess: unlike minus alike, what the record's presence adds; more: mean difference of exposed and typical. 95 % t
    intervals over records; the models are taken as they are.
    """
    out = {}
    for name, (unlike, alike) in (("exposed", exposed), ("typical", typical)):
        excess, ci = mean_with_interval(unlike - alike)
        out[name] = {
            "records": int(np.isfinite(unlike).sum()),
            "apart": mean_with_interval(unlike)[0],
            "alike": mean_with_interval(alike)[0],
            "excess": excess,
            "ci": ci,
        }
    distance, ci = mean_with_interval(exposed[0] - typical[0])
    excess, excess_ci = mean_with_interval((exposed[0] - exposed[1]) - (typical[0] - typical[1]))
    return {**out, "more": {"apart": distance, "ci": ci, "excess": excess, "excess_ci": excess_ci}}
