"""What a defence does to attacks, exposure and accuracy, by the models that have it and those that do not."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.attacks.smoothing import choose_smoothing
from standout.estimate.estimate import Estimate, estimate
from standout.measure.figures import FPRS, rate
from standout.measure.intervals import Curves, interval, mean_over_pairs
from standout.measure.roc import Roc, measurable
from standout.shadows.store import Shadows
from standout.signals import smooth

STRONG = ("moderated", "lira", "lira-one-variance", "rmia")
SIGNALS = ("rescaled-logit", "margin", "entropy")


@dataclass(frozen=True, eq=False)
class Treated:
    """Models under one defence, and the labels int (N,) of their records."""

    outputs: Shadows
    labels: np.ndarray

    @property
    def members(self) -> np.ndarray:
        return self.outputs.members

    @cached_property
    def rescaled(self) -> np.ndarray:
        """Rescaled logits float32 (M, N), smoothed where probabilities of 0 were answered."""
        signal = self.outputs.signal("rescaled-logit")
        if self.outputs.rounded():
            signal = smooth(signal, choose_smoothing(signal, self.members).overall).astype(np.float32)
        return signal

    def signal(self, name: str) -> np.ndarray | None:
        """One of SIGNALS, float32 (M, N), higher for members; None for the margin where models keep sums alone."""
        if name == "rescaled-logit":
            return self.rescaled
        if name == "entropy":
            return -self.outputs.signal("entropy")
        return self.outputs.margins(self.labels)

    @cached_property
    def accuracies(self) -> np.ndarray:
        """Accuracy of each model on its non-members, float64 (M,)."""
        outside = ~self.members
        correct = np.where(outside, self.outputs.signal("correct"), 0).sum(axis=1, dtype=np.float64)
        return correct / outside.sum(axis=1)

    @property
    def accuracy(self) -> tuple[float, list[float]]:
        """Mean accuracy on non-members with its interval over pairs."""
        return mean_over_pairs(self.accuracies)

    def estimated(self, fpr: float, above: float) -> Estimate:
        """Exposure under this defence, by rescaled logits."""
        return estimate(self.rescaled, self.members, fpr=fpr, above=above)


def figures(scores: np.ndarray, members: np.ndarray, fpr: float) -> dict:
    """{"auc", "auc_ci", "advantage", "tpr_at_fpr"} of scores and members (M, N), whole pairs."""
    roc = Roc.of(scores, members)
    curves = Curves.of(scores, members, roc)
    at = {}
    for f in sorted({*FPRS, fpr}, reverse=True):
        can = measurable(f, roc.negatives, scores.shape[1])
        at[rate(f)] = {"tpr": roc.at(f)[1], "ci": interval(curves.at(f)[0])} if can else None
    return {"auc": roc.auc(), "auc_ci": interval(curves.auc()), "advantage": roc.advantage(), "tpr_at_fpr": at}


def threshold(treated: Treated, fpr: float) -> dict:
    """The paper's attack: one threshold on the loss for all records, no reference."""
    return figures(-treated.outputs.signal("loss").astype(np.float64), treated.members, fpr)


def static(treated: Treated, control: Treated, fpr: float, attack: str) -> dict:
    """An attack by someone who does not know of the defence: his references are without it."""
    scores = leave_pair_out(ATTACKS[attack], control.rescaled, control.members, targets=treated.rescaled)
    return figures(scores, treated.members, fpr)


@dataclass(frozen=True, eq=False)
class Adaptive:
    """The strongest attack that knows the defence: its figures, and by which attack and signal."""

    figures: dict
    attack: str
    signal: str


def adaptive(treated: Treated, fpr: float) -> Adaptive:
    """The strongest of STRONG by SIGNALS: references have the defence.

    Which is strongest is found on one half of the pairs and judged on the other, and the other way round, so that the
    best of many is not flattered; figures are means of both halves where they choose differently.
    """
    members = treated.members
    half = np.repeat(np.arange(len(members) // 2) % 2 == 0, 2)
    best: dict[bool, tuple[float, str, str]] = {}
    scores = {}
    for signal in SIGNALS:
        values = treated.signal(signal)
        if values is None:
            continue
        for attack in STRONG:
            found = leave_pair_out(ATTACKS[attack], values, members)
            scores[attack, signal] = found
            for side in (True, False):
                part = figures(found[half == side], members[half == side], fpr)
                power = strength(part, fpr)
                if side not in best or power > best[side][0]:
                    best[side] = (power, attack, signal)
    chosen = {side: best[not side][1:] for side in (True, False)}
    if chosen[True] == chosen[False]:
        told = figures(scores[chosen[True]], members, fpr)
    else:
        parts = [figures(scores[chosen[s]][half == s], members[half == s], fpr) for s in (True, False)]
        told = mean_of(*parts)
    attack, signal = chosen[True]
    return Adaptive(told, attack, signal)


def strength(block: dict, fpr: float) -> float:
    """By which attacks are compared: TPR at the audit's FPR where it is measurable, else AUC."""
    at = block["tpr_at_fpr"][rate(fpr)]
    return block["auc"] if at is None else at["tpr"] + 1e-6 * block["auc"]


def mean_of(a: Any, b: Any) -> Any:
    """Mean of the figures of two halves; intervals are means of theirs, which is wider than that of the mean."""
    if isinstance(a, dict) and isinstance(b, dict):
        return {k: mean_of(a[k], b[k]) for k in a}
    if isinstance(a, list):
        return [mean_of(x, y) for x, y in zip(a, b)]
    return None if a is None or b is None else (a + b) / 2
