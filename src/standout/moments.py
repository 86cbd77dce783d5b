"""Count, mean and spread of each record's signal over IN and OUT reference models, as sums that add up exactly."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

BLOCK = 1 << 17
"""Signals in one block: a megabyte, so that the passes over it stay in cache."""


class Models(NamedTuple):
    """Some reference models: signals (R, N), members bool (R, N), signals on a population (R, Z) or None."""

    signals: np.ndarray
    members: np.ndarray
    population: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Side:
    """Of one side, per record float64 (N,): number of models, mean, and sum of squared deviations from the mean."""

    count: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    def __add__(self, other: "Side") -> "Side":
        """Both sets of models together (Chan, Golub, LeVeque 1979): stable, nothing is subtracted."""
        count = self.count + other.count
        share = np.divide(other.count, count, out=np.zeros_like(count), where=count > 0)
        gap = other.mean - self.mean
        return Side(count, self.mean + gap * share, self.squares + other.squares + gap * gap * self.count * share)

    @property
    def variance(self) -> np.ndarray:
        """Variance with ddof 0; NaN where there is no model."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.squares / self.count

    @classmethod
    def of(cls, signals: np.ndarray, chosen: np.ndarray) -> "Side":
        """Moments of signals (R, N) over the models where chosen bool (R, N)."""
        count = chosen.sum(axis=0).astype(np.float64)
        divisor = np.maximum(count, 1)
        mean = np.where(chosen, signals, 0.0).sum(axis=0) / divisor
        deviations = np.where(chosen, signals - mean, 0.0)
        return cls(count, mean, np.einsum("mn,mn->n", deviations, deviations))


@dataclass(frozen=True, eq=False)
class Moments:
    """Both sides, and the gaps: IN minus OUT signal within each pair of twins of which one was trained on the record.

    Twins have complementary training sets, so what one's neighbours do to a record the other's do not: their signals
    are negatively correlated, and a gap varies more than the two sides' variances say.
    """

    inside: Side
    outside: Side
    gaps: Side

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.inside + other.inside, self.outside + other.outside, self.gaps + other.gaps)

    @classmethod
    def of(cls, models: Models) -> "Moments":
        """Summary of reference models (whole pairs), in blocks of records so that no copy of all signals is made."""
        signals, members = models.signals, models.members
        step = max(BLOCK // max(len(signals), 1), 1)
        parts: list[list[Side]] = [[], [], []]
        for start in range(0, signals.shape[1], step):
            block = np.asarray(signals[:, start : start + step], dtype=np.float64)
            chosen = members[:, start : start + step]
            first, second = chosen[0::2], chosen[1::2]
            gaps = np.where(first, block[0::2] - block[1::2], block[1::2] - block[0::2])
            parts[0].append(Side.of(block, chosen))
            parts[1].append(Side.of(block, ~chosen))
            parts[2].append(Side.of(gaps, first ^ second))
        return cls(*(_joined(side) for side in parts))


def moments_of(signals: np.ndarray, members: np.ndarray) -> Moments:
    """Moments of signals (M, N) and members bool (M, N)."""
    return Moments.of(Models(signals, members, None))


def _joined(sides: list[Side]) -> Side:
    if len(sides) == 1:
        return sides[0]
    return Side(*(np.concatenate([getattr(s, f) for s in sides]) for f in ("count", "mean", "squares")))
