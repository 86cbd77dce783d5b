"""The scale of votes: shares of trees or neighbours are steady by their angle, not by their logit.

The logit of a share of few voters jumps where the share nears 0 or 1, so likelihoods of logits see evidence in chance;
the spread of arcsin(sqrt(share)) is about the same everywhere (Bartlett 1936). Signals of nets are steady as they are.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from standout.moments import Models, Moments

LOOKED_AT = 4096
"""Signals that tell whether these are votes."""
DISTINCT = 0.5
"""Of them, the share of different values below which they are: voters are few, so their shares repeat."""


def angle(rescaled: np.ndarray) -> np.ndarray:
    """arcsin(sqrt(p_y)) of rescaled logits, float32 for float32."""
    share = expit(rescaled)
    return np.arcsin(np.sqrt(share, out=share), out=share)


def are_votes(signals: np.ndarray) -> bool:
    """Are these rescaled logits (R, N) shares of votes? Told by how often values repeat, whatever they are."""
    some = signals[:2].ravel()
    some = some[:: max(some.size // LOOKED_AT, 1)]
    return len(np.unique(some)) < DISTINCT * some.size


@dataclass(frozen=True, eq=False)
class Scales:
    """Moments of reference models as they are and, where all of them gave votes, on the scale of votes."""

    plain: Moments
    votes: Moments | None

    def __add__(self, other: "Scales") -> "Scales":
        votes = None if self.votes is None or other.votes is None else self.votes + other.votes
        return Scales(self.plain + other.plain, votes)

    @classmethod
    def of(cls, models: Models) -> "Scales":
        """Summary of reference models (whole pairs)."""
        votes = None
        if are_votes(models.signals):
            votes = Moments.of(Models(angle(models.signals), models.members, None))
        return cls(Moments.of(models), votes)
