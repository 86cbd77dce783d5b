"""Where an attacker sets the threshold: with the target's own non-members, or with shadow models alone."""

import numpy as np

from standout.measure.roc import Roc, measurable


def target_calibrated(scores: np.ndarray, members: np.ndarray, fpr: float) -> float:
    """Mean TPR with each model's threshold set on its own non-members: what an attacker who knows them would reach."""
    return float(np.mean([Roc.of(s, m).at(fpr)[1] for s, m in zip(scores, members)]))


def shadow_calibrated(scores: np.ndarray, members: np.ndarray, fprs: list[float]) -> dict[float, dict | None]:
    """What an attacker gets who has only shadow models to set a threshold on.

    Of the non-member scores of all other pairs at most a share `fpr` lies above the threshold of a pair; whoever
    scores above it is flagged. scores, members: (M, N), models 2j and 2j + 1 twins. Returns for each of fprs
    {"tpr", "fpr"}, means over models: the FPR is that on the model's own non-members, which the attacker cannot
    choose. None where that rate cannot be measured on the non-members of the other pairs.
    """
    pair_of = np.broadcast_to(np.arange(len(scores))[:, None] // 2, scores.shape)
    outside = ~members
    apart = np.bincount(pair_of[outside], minlength=len(scores) // 2)  # non-member scores of each pair
    rest = int(apart.sum()) - apart
    can = [f for f in fprs if measurable(f, int(rest.min()), scores.shape[1])]
    found: dict[float, dict | None] = dict.fromkeys(fprs)
    if not can:
        return found
    top = int(max(can) * rest.max() + 1e-9) + 1 + int(apart.max())
    values, pairs = _highest(scores[outside], pair_of[outside], min(top, int(apart.sum())))
    order = np.argsort(pairs, kind="stable")
    own = np.split(order, np.cumsum(np.bincount(pairs, minlength=len(apart)))[:-1])  # places of each pair's scores
    inside, without = members.sum(axis=1), outside.sum(axis=1)
    for f in can:
        allowed = np.floor(f * rest + 1e-9).astype(np.int64)
        # others' score number k from the top: as many places further down as there are own scores before it
        places = [k + int(np.searchsorted(p - np.arange(len(p)), k, side="right")) for k, p in zip(allowed, own)]
        flagged = scores > np.repeat(values[places], 2)[:, None]
        tpr = (flagged & members).sum(axis=1) / inside
        false = (flagged & outside).sum(axis=1) / without
        found[f] = {"tpr": float(tpr.mean()), "fpr": float(false.mean())}
    return found


def _highest(values: np.ndarray, pairs: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The `count` highest values (V,), falling, and the pair of each."""
    chosen = np.argpartition(-values, count - 1)[:count] if count < len(values) else np.arange(len(values))
    chosen = chosen[np.argsort(-values[chosen], kind="stable")]
    return values[chosen], pairs[chosen]
