"""What a training tells on its way: the loss of each audited record after some epochs, and whether the answer is right.

A trace is taken of few models, and only by recipes that support "traces"; it never changes the model that is trained.
"""

from dataclasses import dataclass

import numpy as np

MOST = 16
"""Epochs of a trace at most."""
EARLY = 0.1
"""Share of the epochs after which a model counts as young."""


@dataclass(frozen=True, eq=False)
class Trace:
    """epochs: int32 (E,), after which it was taken, counted from 1; losses: cross-entropy float16 (E, N) in nats;
    right: bool (E, N); early: float16 (N,), length of (probabilities - one-hot label) after the epoch `young`."""

    epochs: np.ndarray
    losses: np.ndarray
    right: np.ndarray
    early: np.ndarray


def traced_epochs(epochs: int) -> list[int]:
    """After which epochs, counted from 1, a trace is taken: all, or MOST evenly spread ones; the last included."""
    count = min(epochs, MOST)
    return [-(-epochs * (j + 1) // count) for j in range(count)]


def young(epochs: int) -> int:
    """The traced epoch after which a model counts as young: the first at or after the share EARLY of all."""
    return next(e for e in traced_epochs(epochs) if e >= EARLY * epochs)
