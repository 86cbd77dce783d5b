"""The ROC curve as the step function that it is: ties enter together, nothing is interpolated."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Roc:
    """Counts at each distinct threshold, falling: records with a score at or above it are flagged.

    thresholds float (T,); true_positives, false_positives int (T,); positives, negatives: how many in all.
    """

    thresholds: np.ndarray
    true_positives: np.ndarray
    false_positives: np.ndarray
    positives: int
    negatives: int

    @classmethod
    def of(cls, scores: np.ndarray, members: np.ndarray) -> "Roc":
        """Pools scores of any shape with members bool of the same shape."""
        flat, member = np.ravel(scores), np.ravel(members)
        order = np.argsort(flat, kind="stable")[::-1]
        flat, member = flat[order], member[order]
        del order  # as large as the scores themselves
        last = np.append(np.flatnonzero(flat[1:] != flat[:-1]), len(flat) - 1)
        tp = np.cumsum(member, dtype=np.int64)[last]
        return cls(flat[last], tp, last + 1 - tp, int(tp[-1]), int(len(flat) - tp[-1]))

    @property
    def tpr(self) -> np.ndarray:
        """True-positive rate at each threshold."""
        return self.true_positives / self.positives

    @property
    def fpr(self) -> np.ndarray:
        """False-positive rate at each threshold."""
        return self.false_positives / self.negatives

    def auc(self) -> float:
        """Chance that a random member scores above a random non-member, ties counted half (mid-ranks)."""
        fp = np.diff(self.false_positives, prepend=0).astype(np.float64)
        tp = self.true_positives.astype(np.float64)
        before = np.concatenate([[0.0], tp[:-1]])
        return float(np.sum(fp * (tp + before)) / 2 / (self.positives * self.negatives))

    def advantage(self) -> float:
        """Largest TPR - FPR over all thresholds, at least 0."""
        away = self.tpr
        away -= self.fpr
        return float(max(np.max(away), 0.0))

    def at(self, fpr: float) -> tuple[float, float, float]:
        """(threshold, TPR, achieved FPR) at the largest achievable FPR at or below `fpr`; (inf, 0, 0) if none is."""
        fp, tp = self.false_positives, self.true_positives
        place = bisect_right(fp, fpr, key=lambda count: count / self.negatives) - 1  # no rates of all thresholds
        if place < 0:
            return float("inf"), 0.0, 0.0
        return float(self.thresholds[place]), float(tp[place] / self.positives), float(fp[place] / self.negatives)

    def outline(self, points: int = 400) -> tuple[np.ndarray, np.ndarray]:
        """(fpr, tpr) thinned for a drawing: even in log FPR and in FPR, the corners kept."""
        fp = self.false_positives
        wanted = np.concatenate([np.geomspace(1, self.negatives, points), np.linspace(0, self.negatives, points)])
        places = np.unique(np.searchsorted(fp, wanted, side="right") - 1)
        places = places[places >= 0]
        fpr, tpr = fp[places] / self.negatives, self.true_positives[places] / self.positives
        return np.append(0.0, fpr), np.append(0.0, tpr)


def measurable(fpr: float, negatives: int, records: int) -> bool:
    """Whether a TPR at this FPR means anything: 10 false alarms among pooled non-members, 1 among the records."""
    return fpr * negatives >= 10 - 1e-9 and fpr * records >= 1 - 1e-9
