"""Intervals by a bootstrap over pairs of models: scores of one model depend on each other, and so do twins' sets.

Records are taken as fixed. Thresholds are found anew in every resample.
"""

from dataclasses import dataclass

import numpy as np

from standout.measure.roc import Roc

RESAMPLES = 400
FINE = 1024
"""Thresholds: every one of the top this many false alarms, then in steps of 1 %; exact for small audits."""


def resample_weights(pairs: int, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """How often each pair is drawn, float (resamples, pairs)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(pairs, np.full(pairs, 1 / pairs), size=resamples).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Curves:
    """ROC curves of all resamples at common, falling thresholds: tpr and fpr float (resamples, T)."""

    tpr: np.ndarray
    fpr: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray, members: np.ndarray, roc: Roc) -> "Curves":
        """From scores and members (M, N) and their pooled curve."""
        edges = _edges(roc)
        pairs = len(scores) // 2
        inside, outside = np.zeros((pairs, len(edges))), np.zeros((pairs, len(edges)))
        for j in range(pairs):
            both, who = scores[2 * j : 2 * j + 2].ravel(), members[2 * j : 2 * j + 2].ravel()
            place = len(edges) - 1 - np.searchsorted(edges[::-1], both, side="right") + 1  # first edge at or below
            place = np.minimum(place, len(edges) - 1)
            inside[j] = np.bincount(place[who], minlength=len(edges))
            outside[j] = np.bincount(place[~who], minlength=len(edges))
        weights = resample_weights(pairs)
        tp, fp = np.cumsum(weights @ inside, axis=1), np.cumsum(weights @ outside, axis=1)
        return cls(tp / tp[:, -1:], fp / fp[:, -1:])

    def auc(self) -> np.ndarray:
        """AUC of each resample."""
        before = np.concatenate([np.zeros((len(self.tpr), 1)), self.tpr[:, :-1]], axis=1)
        return np.sum(np.diff(self.fpr, axis=1, prepend=0) * (self.tpr + before) / 2, axis=1)

    def at(self, fpr: float) -> tuple[np.ndarray, np.ndarray]:
        """(TPR, achieved FPR) of each resample at its largest achievable FPR at or below `fpr`; 0, 0 if none is."""
        place = (self.fpr <= fpr + 1e-12).sum(axis=1) - 1
        rows = np.arange(len(place))
        reached = [np.where(place >= 0, rates[rows, np.maximum(place, 0)], 0.0) for rates in (self.tpr, self.fpr)]
        return reached[0], reached[1]

    def band(self, fprs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """95 % intervals (F,), (F,) of the TPR at each of these FPRs."""
        found = np.array([interval(self.at(f)[0]) for f in fprs]).reshape(-1, 2)
        return found[:, 0], found[:, 1]


def roc_intervals(
    scores: np.ndarray, members: np.ndarray, roc: Roc, fprs: list[float]
) -> tuple[list[float], dict[float, list[float]]]:
    """95 % intervals of the AUC and of the TPR at each FPR, from scores and members (M, N) and their pooled curve."""
    curves = Curves.of(scores, members, roc)
    return interval(curves.auc()), {f: interval(curves.at(f)[0]) for f in fprs}


def _edges(roc: Roc) -> np.ndarray:
    fp = roc.false_positives
    if len(fp) <= 4 * FINE:
        return roc.thresholds
    wanted = [np.arange(FINE)]
    count = float(FINE)
    while count < roc.negatives:
        wanted.append(np.array([round(count)]))
        count *= 1.01
    places = np.searchsorted(fp, np.concatenate(wanted), side="right") - 1
    flagged = fp + roc.true_positives  # members below the lowest false alarm want edges too
    places = np.append(places, np.searchsorted(flagged, np.linspace(1, flagged[-1], FINE)))
    return roc.thresholds[np.unique(np.clip(places, 0, len(fp) - 1))]


def interval(draws: np.ndarray) -> list[float]:
    """2.5 and 97.5 % quantiles."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return [float(low), float(high)]


def mean_over_pairs(values: np.ndarray) -> tuple[float, list[float]]:
    """Mean of one value per model (M,) with the bootstrap interval over pairs."""
    by_pair = values.reshape(-1, 2).mean(axis=1)
    draws = resample_weights(len(by_pair)) @ by_pair / len(by_pair)
    return float(by_pair.mean()), interval(draws)
