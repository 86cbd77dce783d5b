"""The paper's own measure: one model, one threshold for all records, distances in that model's features."""

from itertools import combinations

import numpy as np

from standout.explain.association import association
from standout.explain.evidence import Evidence, Kept

RATES = (0.01, 0.005)


def paper_way(evidence: Evidence, exposed: np.ndarray, raw: np.ndarray | None) -> dict | None:
    """What the paper would report of the first models, each as the one target; None where none is kept.

    exposed: bool (N,), of the audit. raw: distance (N,) to the middle of the class in raw features, for models without
    features of their own; None without data.
    Returns {"targets", "distance_in": "features" of the target, "raw features" or None, "rates": {"0.01": {...},
    "0.005": {...}}}; of each rate means over targets, None where not measurable: `vulnerable` members and `by_chance`,
    how many would be if members and non-members did not differ; `auroc` of the distance for vulnerable against other
    members, `aurocs` of each target; `exposed_found`, share of the exposed members that are vulnerable;
    `vulnerable_exposed`, share of the vulnerable that are exposed; `jaccard` of the two sets among members;
    `agreement`, Jaccard of the vulnerable sets of two targets among records that both trained on.
    A rate is not measurable where rate x non-members < 1.
    Source: arXiv 2511.16792, section 5.
    """
    kept = evidence.kept
    if not kept:
        return None
    own = all(k.features is not None for k in kept)
    distances = [distance_to_class(k, evidence.records.y) if own else raw for k in kept]
    known = own and evidence.records.y is not None
    return {
        "targets": len(kept),
        "distance_in": "features" if known else None if raw is None else "raw features",
        "rates": {str(rate): _at(kept, distances, exposed, rate) for rate in RATES},
    }


def vulnerable(kept: Kept, rate: float) -> np.ndarray | None:
    """bool (N,): members whose rescaled logit exceeds the 1 - rate quantile of the non-members'; None where there are
    too few non-members for one of them to lie above."""
    outside = kept.signals[~kept.members].astype(np.float64)
    if len(outside) * rate < 1:
        return None
    return kept.members & (kept.signals > np.quantile(outside, 1 - rate))


def distance_to_class(kept: Kept, labels: np.ndarray | None) -> np.ndarray | None:
    """Euclidean distance float64 (N,) to the mean of the class over the records that the model trained on, in its own
    features, as the paper has it; NaN where it trained on none of the class. Non-members have one too. None where
    labels or features are not known."""
    if labels is None or kept.features is None:
        return None
    out = np.full(len(labels), np.nan)
    for c in np.unique(labels):
        rows = np.flatnonzero(labels == c)
        inside = rows[kept.members[rows]]
        if len(inside):
            own = kept.features[rows].astype(np.float64)
            out[rows] = np.linalg.norm(own - own[kept.members[rows]].mean(axis=0), axis=1)
    return out


def _at(kept: tuple[Kept, ...], distances: list[np.ndarray | None], exposed: np.ndarray, rate: float) -> dict | None:
    """Figures at one rate; None where it is not measurable."""
    sets = [vulnerable(k, rate) for k in kept]
    if any(s is None for s in sets):
        return None
    found = [s for s in sets if s is not None]
    aurocs = []
    for k, s, d in zip(kept, found, distances):
        inside = None if d is None else d[k.members]
        told = None if inside is None else association(inside, s[k.members], inside)["auroc"]
        aurocs.append(told)
    inside = [exposed & k.members for k in kept]
    pairs = [
        jaccard(found[a][both], found[b][both])
        for a, b in combinations(range(len(kept)), 2)
        if (both := kept[a].members & kept[b].members).any()
    ]
    return {
        "vulnerable": _mean([int(s.sum()) for s in found]),
        "by_chance": _mean([int(k.members.sum()) * by_chance(k, rate) for k in kept]),
        "auroc": _mean(aurocs),
        "aurocs": aurocs,
        "exposed_found": _mean([_share(s & e, e) for s, e in zip(found, inside)]),
        "vulnerable_exposed": _mean([_share(s & e, s) for s, e in zip(found, inside)]),
        "jaccard": _mean([jaccard(s, e) for s, e in zip(found, inside)]),
        "agreement": _mean(pairs),
    }


def jaccard(a: np.ndarray, b: np.ndarray) -> float | None:
    """Records in both sets over those in either; None where both are empty. a, b: bool (N,)."""
    return _share(a & b, a | b)


def by_chance(kept: Kept, rate: float) -> float:
    """Chance of one more non-member to exceed the threshold: with a of n above a threshold that lies on the i-th value
    (a + 1) / (n + 1), on the next one a / (n + 1), and between by where it lies; so more than the rate where n is
    small. Where these two are equal, as logits at their bound are, a / (n + 1)."""
    outside = np.sort(kept.signals[~kept.members].astype(np.float64))
    n, place = len(outside), (len(outside) - 1) * (1 - rate)
    below = min(int(place), n - 2)
    above = int((outside > np.quantile(outside, 1 - rate)).sum())
    alike = outside[below] == outside[below + 1]
    return (above + (0 if alike else 1 - (place - below))) / (n + 1)


def _share(part: np.ndarray, whole: np.ndarray) -> float | None:
    return float(part.sum() / whole.sum()) if whole.any() else None


def _mean(values: list) -> float | None:
    there = [v for v in values if v is not None]
    return float(np.mean(there)) if there else None
