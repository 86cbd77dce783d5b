"""Our figures of a row: the paper's attack on every model as the one target, and what the paper did not do."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.defend.judge import Treated, figures
from standout.measure.intervals import interval, mean_over_pairs, resample_weights
from standout.measure.roc import Roc

STRONG = ("moderated", "lira")
FPR = 1e-3


@dataclass(frozen=True, eq=False)
class Targets:
    """The models of one row, each attacked as the paper attacks its one: by one threshold on the loss. All float (M,):
    accuracy on members and on others, AUC, and advantage, the largest TPR - FPR; apart: TPR - FPR at the threshold that
    is best on the models of all other pairs. The largest is above 0 by chance alone, which makes a change look small;
    that of `apart` is not."""

    train_accuracy: np.ndarray
    test_accuracy: np.ndarray
    auc: np.ndarray
    advantage: np.ndarray
    apart: np.ndarray

    @classmethod
    def of(cls, correct: np.ndarray, loss: np.ndarray, members: np.ndarray) -> "Targets":
        """correct, loss: float (M, N); members: bool (M, N), M at least 4."""
        scores = -loss.astype(np.float64)
        curves = [Roc.of(own, inside) for own, inside in zip(scores, members)]
        inside, outside = (np.array([c[m].mean() for c, m in zip(correct, who)]) for who in (members, ~members))
        auc, advantage = (np.array([getattr(c, name)() for c in curves]) for name in ("auc", "advantage"))
        return cls(inside, outside, auc, advantage, advantage_apart(scores, members))

    def told(self) -> dict:
        """{figure: {"value", "ci"}}: mean over models with its 95 % interval over pairs."""
        return {name: valued(*mean_over_pairs(getattr(self, name))) for name in (*FIGURES, "apart")}

    def beside(self, other: "Targets") -> dict:
        """What is changed from another row of the same memberships, model by model: {figure: {"value", "ci"}}, ours
        less theirs, and `advantage_kept`, the share of their mean `apart` that is left."""
        changes = {
            name: valued(*mean_over_pairs(getattr(self, name) - getattr(other, name))) for name in (*FIGURES, "apart")
        }
        return {**changes, "advantage_kept": kept(other.apart, self.apart)}


def advantage_apart(scores: np.ndarray, members: np.ndarray) -> np.ndarray:
    """TPR - FPR float (M,) of each model at the threshold that is best on all other pairs; scores, members (M, N)."""
    out = np.empty(len(scores))
    for first in range(0, len(scores), 2):
        others = np.arange(len(scores)) // 2 != first // 2
        roc = Roc.of(scores[others], members[others])
        flagged = scores[first : first + 2] >= roc.thresholds[np.argmax(roc.tpr - roc.fpr)]
        for m, own in zip((first, first + 1), flagged):
            out[m] = own[members[m]].mean() - own[~members[m]].mean()
    return out


FIGURES = ("train_accuracy", "test_accuracy", "auc", "advantage")


def valued(value: float, ci: list[float]) -> dict:
    """A figure with its interval."""
    return {"value": value, "ci": ci}


def kept(before: np.ndarray, after: np.ndarray) -> dict | None:
    """Ratio of means of one value a model, float (M,) each, with its interval over pairs; None where before is 0."""
    if before.mean() <= 0:
        return None
    pairs = [v.reshape(-1, 2).mean(axis=1) for v in (before, after)]
    weights = resample_weights(len(pairs[0]))
    first, second = (weights @ p for p in pairs)
    return valued(float(after.mean() / before.mean()), interval(second / np.maximum(first, 1e-12)))


def by_chance(members: np.ndarray) -> float:
    """Advantage that one target would show on average if members and others did not differ: of n and m records
    sqrt(pi / 8) sqrt(1 / n + 1 / m), the mean of the largest excess of one empirical distribution over another. Members
    bool (M, N)."""
    inside = members.sum(axis=1)
    outside = members.shape[1] - inside
    return float(np.mean(np.sqrt(np.pi / 8) * np.sqrt(1 / inside + 1 / outside)))


@dataclass(frozen=True, eq=False)
class Measured:
    """The models of one row with their labels."""

    treated: Treated

    @cached_property
    def targets(self) -> Targets:
        """As the paper attacks them."""
        own = self.treated.outputs
        return Targets.of(own.signal("correct"), own.signal("loss"), own.members)

    @cached_property
    def strong(self) -> dict:
        """{"moderated": figures, "lira": figures}: attacks by references that know the row, where answers can be
        inverted on the recovered ones; TPR at 0.1 % among them."""
        signal, members = self.treated.attacked, self.treated.members
        return {name: figures(leave_pair_out(ATTACKS[name], signal, members), members, FPR) for name in STRONG}
