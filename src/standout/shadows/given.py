"""Outputs that a user brings, in place of stored models: rescaled logits, logits or probabilities of their own."""

from collections.abc import Iterable

import numpy as np

from standout.attacks.threshold import from_rescaled_logit
from standout.every_signal import all_signals
from standout.shadows.store import as_stored
from standout.signals import SIGNALS, TINY, log_probabilities, log_softmax

ZERO = float(np.log(TINY))
"""The logarithm of a probability of 0 where it is smoothed by TINY, as the original LiRA code and an audit do."""


class GivenSignals:
    """Rescaled logits alone: loss and confidence follow exactly, the entropies and who is right for two classes only.

    signals: finite float32 (M, N); members: bool (M, N); classes: how many there are, None where not known.
    """

    def __init__(self, signals: np.ndarray, members: np.ndarray, classes: int | None):
        self.rescaled, self.members, self.classes = signals, members, classes

    def signal(self, name: str) -> np.ndarray | None:
        """As `Outputs`; the entropies of more than two classes are those of (p_y, 1 - p_y)."""
        if name == "rescaled-logit":
            return self.rescaled
        if name == "correct":
            return (np.sign(self.rescaled) + 1) / 2 if self.classes == 2 else None
        return np.stack([from_rescaled_logit(name, s.astype(np.float64)) for s in self.rescaled]).astype(np.float32)

    def rounded(self) -> bool:
        """Whether a signal stands where a probability of 0 or 1 does when it is smoothed by TINY."""
        return bool(stand_for_zero(self.rescaled, (self.classes or 2) - 1))

    def mean_probabilities(self, classes: int) -> None:
        """Not known."""
        return None

    def parameters(self) -> int | None:
        """Not known."""
        return None

    def kept(self, name: str) -> dict[int, np.ndarray]:
        """Nothing."""
        return {}

    def notes(self) -> list[str]:
        """None."""
        return []


class GivenOutputs:
    """Signals of all models, taken from their logits or probabilities one model after the other."""

    def __init__(self, members: np.ndarray):
        self.members = members
        self._signals = np.empty((len(SIGNALS), *members.shape), dtype=np.float32)
        self._sums: np.ndarray | None = None
        self._rounded = False

    @classmethod
    def of(
        cls, blocks: Iterable[np.ndarray], members: np.ndarray, labels: np.ndarray, *, probabilities: bool
    ) -> "GivenOutputs":
        """blocks: finite (N, C) of each model, logits or probabilities; members: bool (M, N); labels: int (N,)."""
        out = cls(members)
        for model, block in enumerate(blocks):
            signals, log_p, rounded = signals_of(block, labels, probabilities=probabilities)
            out._signals[:, model] = signals
            out._rounded |= rounded
            if out._sums is None:
                out._sums = np.zeros((2, *block.shape))
            p = np.exp(as_stored(log_p).astype(np.float32))
            out._sums[0] += p * members[model][:, None]
            out._sums[1] += p * ~members[model][:, None]
        return out

    def signal(self, name: str) -> np.ndarray:
        """As `Outputs`; never None."""
        return self._signals[SIGNALS.index(name)]

    def rounded(self) -> bool:
        """As `Outputs`."""
        return self._rounded

    def mean_probabilities(self, classes: int) -> tuple[np.ndarray, np.ndarray]:
        """As `Outputs`; never None."""
        assert self._sums is not None
        inside, outside = self._sums / self._sums.sum(axis=2, keepdims=True)
        return inside, outside

    def parameters(self) -> int | None:
        """Not known."""
        return None

    def kept(self, name: str) -> dict[int, np.ndarray]:
        """Nothing."""
        return {}

    def notes(self) -> list[str]:
        """None."""
        return []


def signals_of(outputs: np.ndarray, labels: np.ndarray, *, probabilities: bool) -> tuple[np.ndarray, np.ndarray, bool]:
    """(all SIGNALS float64 (6, N), log-probabilities float64 (N, C), whether a probability was 0) of one model.

    outputs: logits or probabilities (N, C), of any kind of number; labels: int (N,).
    """
    logits = log_probabilities(outputs) if probabilities else outputs.astype(np.float64)
    rounded = (outputs == 0).any() if probabilities else stand_for_zero(logits)
    return all_signals(logits, labels), log_softmax(logits), bool(rounded)


def stand_for_zero(values: np.ndarray, others: int | None = None) -> np.bool_:
    """Whether some of the values are the logarithm of TINY, or with `others`, rescaled logits of probabilities 0 or 1
    where so many other classes were smoothed by it."""
    there = np.abs(values - ZERO) < 1e-4
    if others is not None:
        there |= np.abs(values + ZERO + np.log(others)) < 1e-4
        there |= np.abs(values + ZERO) < 1e-4  # smoothed after the others were summed
    return there.any()
