"""Does the model overfit? The gap between train and test accuracy, with its interval and a verdict in words."""

import numpy as np

from standout.measure.intervals import mean_over_pairs

MILD, STRONG = 0.05, 0.15
"""Upper ends of the interval up to which a gap counts as none, and as mild."""


def accuracy_and_gap(correct: np.ndarray, members: np.ndarray) -> dict:
    """accuracy block of the summary, from correct (M, N) in [0, 1] and members bool (M, N)."""
    inside = members.sum(axis=1)
    train = np.where(members, correct, 0).sum(axis=1, dtype=np.float64) / inside
    test = np.where(members, 0, correct).sum(axis=1, dtype=np.float64) / (members.shape[1] - inside)
    gap, ci = mean_over_pairs(train - test)
    high = round(ci[1], 12)  # 1 - 0.95 is a hair above 0.05
    verdict = "not overfitted" if high <= MILD else "mildly overfitted" if high <= STRONG else "overfitted"
    return {"train": float(train.mean()), "test": float(test.mean()), "gap": gap, "gap_ci": ci, "verdict": verdict}


def accuracy_unknown() -> dict:
    """The same block where nobody can tell who is right."""
    return dict.fromkeys(("train", "test", "gap", "gap_ci", "verdict"))
