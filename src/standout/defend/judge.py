"""What a defence does to attacks, exposure and accuracy, by the models that have it and those that do not."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.attacks.smoothing import choose_smoothing
from standout.defend.discriminant import discriminants
from standout.estimate.estimate import Estimate, estimate
from standout.measure.figures import FPRS, rate
from standout.measure.intervals import Curves, interval, mean_over_pairs
from standout.measure.roc import Roc, measurable
from standout.shadows.store import Shadows
from standout.signals import smooth

STRONG = ("moderated", "lira", "lira-one-variance", "rmia")
SIGNALS = ("rescaled-logit", "margin", "entropy", "discriminant")
INVERTED = "inverted "
"""Signals begin so where they are of answers that the attacker recovered from those published."""


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

    @cached_property
    def inverted(self) -> "Treated | None":
        """The same models by the answers that an attacker who knows the defence recovers; None where he cannot."""
        recovered = self.outputs.recovered()
        return None if recovered is None else Treated(recovered, self.labels)

    @property
    def attacked(self) -> np.ndarray:
        """Rescaled logits of what an attacker who knows the defence looks at: recovered answers, where he can."""
        return self.rescaled if self.inverted is None else self.inverted.rescaled

    def signals(self, name: str) -> tuple[np.ndarray, np.ndarray] | None:
        """One of SIGNALS, float32 (M, N), higher for members: as it judges even pairs, and odd ones, which differ where
        it is learned on the other pairs. None where models keep sums alone, without which it is not known."""
        if name == "discriminant":
            return discriminants(self.outputs, self.labels, half_of(self.members))
        if name == "rescaled-logit":
            found = self.rescaled
        elif name == "entropy":
            found = -self.outputs.signal("entropy")
        else:
            found = self.outputs.margins(self.labels)
        return None if found is None else (found, found)

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
        """Exposure under this defence, by the rescaled logits that are `attacked`."""
        return estimate(self.attacked, self.members, fpr=fpr, above=above)


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
    """The strongest of STRONG by SIGNALS: references have the defence, and what can be inverted is inverted first.

    Which is strongest is found on one half of the pairs and judged on the other, and the other way round, so that the
    best of many is not flattered; figures are means of both halves where they choose differently.
    """
    members = treated.members
    half = half_of(members)
    best: dict[bool, tuple[float, str, str]] = {}
    scores = {}
    for signal, values in every_signal(treated):
        for attack in STRONG:
            found = by_halves(attack, values, members, half)
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


def half_of(members: np.ndarray) -> np.ndarray:
    """Which models are of even pairs, bool (M,), of members (M, N)."""
    return np.repeat(np.arange(len(members) // 2) % 2 == 0, 2)


def every_signal(treated: Treated) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    """Name and values of each signal that is known: all of recovered answers where there are any, and then of those
    published the rescaled logit alone, as they follow from the recovered ones; else all of those published."""
    if treated.inverted is None:
        wanted = [("", treated, SIGNALS)]
    else:
        wanted = [("", treated, SIGNALS[:1]), (INVERTED, treated.inverted, SIGNALS)]
    for prefix, answers, names in wanted:
        for name in names:
            values = answers.signals(name)
            if values is not None:
                yield prefix + name, values


def by_halves(attack: str, values: tuple[np.ndarray, np.ndarray], members: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Scores (M, N) of an attack, models in `half` bool (M,) judged by the first of two signals (M, N), others by the
    second."""
    first = leave_pair_out(ATTACKS[attack], values[0], members)
    if values[1] is values[0]:
        return first
    return np.where(half[:, None], first, leave_pair_out(ATTACKS[attack], values[1], members))


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
