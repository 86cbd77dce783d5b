"""What the paper's measure finds, beside exposure; and what it changes that non-members select the best epoch."""

import numpy as np

from standout.defend.one_threshold import vulnerable
from standout.measure.intervals import mean_over_pairs
from standout.measure.roc import Roc

RATES = (0.01, 0.005)
SPLITS = 20
"""Random halves of the non-members."""


def crossed(signals: np.ndarray, members: np.ndarray, exposed: np.ndarray, distance: np.ndarray | None = None) -> dict:
    """The paper's vulnerable records beside the exposed ones, each model as the one target.

    signals: rescaled logits float (M, N), members bool (M, N), exposed bool (N,); distance: float (N,), of each record
    to the middle of its class, where it is known.
    Returns {"0.01": {...}, "0.005": {...}}, each None where less than one non-member lies above the threshold:
    `vulnerable`, `exposed` (members), `both`, `missed` (exposed members that are not vulnerable), each
    {"value", "ci"} of counts over models; `vulnerable_exposed`, share of the vulnerable that are exposed, and
    `exposed_missed`, share of the exposed that are not vulnerable, of the sums; None where there are none; `by_chance`,
    how many members such a threshold marks without any leak. Of the
    distance `vulnerable_out` and `exposed_out`: AUROC, among the members of each model, of these against the others,
    {"value", "ci"} over models; None where a model has none of them.
    """
    out = {}
    for rate in RATES:
        if (~members).sum(axis=1).min() * rate < 1:
            out[str(rate)] = None
            continue
        found, own = vulnerable(signals, members, rate), members & exposed
        counts = {"vulnerable": found, "exposed": own, "both": found & own, "missed": own & ~found}
        block: dict = {name: _counted(flags) for name, flags in counts.items()}
        sums = {name: int(flags.sum()) for name, flags in counts.items()}
        block["by_chance"] = float(np.mean(rate * members.sum(axis=1)))
        block["vulnerable_exposed"] = sums["both"] / sums["vulnerable"] if sums["vulnerable"] else None
        block["exposed_missed"] = sums["missed"] / sums["exposed"] if sums["exposed"] else None
        for name, flags in (("vulnerable_out", found), ("exposed_out", own)):
            block[name] = None if distance is None else apart(distance, flags, members)
        out[str(rate)] = block
    return out


def apart(distance: np.ndarray, flags: np.ndarray, members: np.ndarray) -> dict | None:
    """AUROC of a distance float (N,) among the members of each model, flags bool (M, N) against the others: mean over
    models; None where a model has none of either. Records whose distance is not known are left out."""
    known = np.isfinite(distance)
    sides = [(distance[inside & known], own[inside & known]) for inside, own in zip(members, flags)]
    if any(not own.any() or own.all() for _, own in sides):
        return None
    value, ci = mean_over_pairs(np.array([Roc.of(d, own).auc() for d, own in sides]))
    return {"value": value, "ci": ci}


def _counted(flags: np.ndarray) -> dict:
    value, ci = mean_over_pairs(flags.sum(axis=1).astype(np.float64))
    return {"value": value, "ci": ci}


def selection(
    traces: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]], members: np.ndarray, seed: int = 0
) -> dict | None:
    """What it changes that the rows which select the best epoch are also the non-members of the attack.

    traces: by model, epochs int (E,), losses float (E, N), right bool (E, N). Of each model, half of the non-members
    selects the epoch of the lowest mean loss; AUC of one threshold on the loss, and accuracy, are taken on that half
    (`same`) and on the other half, all else equal (`apart`): means over models, SPLITS splits and both halves.
    `epoch`: the mean of those selected; `last`: the last one traced, where nothing is selected. None without traces.
    """
    if not traces:
        return None
    rng, found = np.random.default_rng(seed), []
    for model, (epochs, losses, right) in sorted(traces.items()):
        inside, outside = members[model], np.flatnonzero(~members[model])
        losses = losses.astype(np.float64)
        for _ in range(SPLITS):
            order = rng.permutation(outside)
            halves = order[: len(order) // 2], order[len(order) // 2 :]
            best = [int(losses[:, half].mean(axis=1).argmin()) for half in halves]
            for own, other in ((0, 1), (1, 0)):
                half = halves[own]
                found.append(
                    [epochs[best[own]], *_at(losses, right, inside, half, best[own]),
                     *_at(losses, right, inside, half, best[other]), *_at(losses, right, inside, half, -1)]
                )  # fmt: skip
    epoch, *pairs = np.mean(found, axis=0).tolist()
    names = ("same", "apart", "last")
    blocks = {name: {"auc": pairs[2 * i], "test_accuracy": pairs[2 * i + 1]} for i, name in enumerate(names)}
    return {"models": len(traces), "epoch": epoch, **blocks}


def _at(losses: np.ndarray, right: np.ndarray, inside: np.ndarray, half: np.ndarray, at: int) -> tuple[float, float]:
    """(AUC against these non-members, their accuracy) at one traced epoch."""
    rows = np.concatenate([np.flatnonzero(inside), half])
    who = np.arange(len(rows)) < inside.sum()
    return Roc.of(-losses[at][rows], who).auc(), float(right[at][half].mean())
